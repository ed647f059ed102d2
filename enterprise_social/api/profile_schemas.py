"""The JSON Schemas of whole profiles and of photos."""

from __future__ import annotations

from enterprise_social.api.schemas import (
    _USER,
    COUNT,
    FLAG,
    ID,
    TEXT,
    Schema,
    _list_of,
    _object,
    _or_null,
    _ref,
)
from enterprise_social.people.models.profile import PHOTO_STATES
from enterprise_social.people.photos import SIZES

_DAY: Schema = {"type": "string", "format": "date"}
_MONTH: Schema = {"type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}$"}
_PHOTO_URLS: Schema = {
    "type": ["object", "null"],
    "description": "By side in pixels; null without a photo. Each address shows one photo forever.",
    "properties": {str(size): TEXT for size in SIZES},
}
_ENTRY = _object(
    "A line of experience or education; an open end is null.",
    {
        "title": TEXT,
        "organisation": TEXT,
        "from_month": _MONTH,
        "until_month": _MONTH,
        "text": TEXT,
    },
)
_PROFILE: dict[str, Schema] = {
    **_USER,
    "photo_urls": _PHOTO_URLS,
    "about": TEXT,
    "about_html": TEXT,
    "topics": _list_of(TEXT),
    "languages": _list_of(TEXT),
    "links": _list_of(_object("A link.", {"label": TEXT, "url": TEXT})),
    "working_hours": {
        "type": ["object", "null"],
        "description": "Days from 0, Monday; times in the person's own zone. A shift that ends "
        "before it begins goes on past midnight.",
        "properties": {
            "days": _list_of({"type": "integer", "minimum": 0, "maximum": 6}),
            "from": _or_null(TEXT),
            "until": _or_null(TEXT),
        },
    },
    "experience": _list_of(_ENTRY),
    "education": _list_of(_ENTRY),
    "skills": _list_of(
        _object("A skill, and how many colleagues vouch for it.", {"id": ID, "name": TEXT,
                                                                   "endorsements": COUNT})
    ),
    "started_on": _or_null(_DAY),
    "employee_number": {**_or_null(TEXT), "description": "To the person and admins alone."},
    "fields": _list_of(_ref("FieldValue")),
}  # fmt: skip
PROFILE_SCHEMAS: dict[str, Schema] = {
    "Profile": _object(
        "A whole profile, as far as the caller may see it. What the organisation doesn't use is "
        "empty.",
        _PROFILE,
    ),
    "Me": _object("The caller's own profile.", {**_PROFILE, "locale": TEXT}),
    "Photo": _object(
        "A photo and how far it is. While it is `waiting` the one from before is shown; `problem` "
        "says why one was `refused`.",
        {
            "state": {"type": "string", "enum": ["none", *PHOTO_STATES]},
            "problem": _or_null(TEXT),
            "urls": _PHOTO_URLS,
            "crop": {
                "type": ["object", "null"],
                "description": "The part that is shown; null for the middle.",
                "properties": {name: {"type": "number"} for name in ("x", "y", "side")},
            },
            "turn": {"type": "integer", "enum": [0, 90, 180, 270]},
            "may_crop": FLAG,
        },
    ),
}
