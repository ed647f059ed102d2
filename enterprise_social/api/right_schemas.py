"""The JSON Schemas of granted rights."""

from __future__ import annotations

from enterprise_social.api.schemas import ID as PERSON
from enterprise_social.api.schemas import MOMENT, TEXT, Schema, _list_of, _object, _or_null, _ref
from enterprise_social.people.models import RIGHTS, ROLES

RIGHT: Schema = {"type": "string", "enum": list(RIGHTS)}
_GRANTED = {
    "right": RIGHT,
    "granted_by_id": _or_null(PERSON),
    "granted_at": MOMENT,
    "reason": TEXT,
}
RIGHT_SCHEMAS: dict[str, Schema] = {
    "Grant": _object(
        "A right that somebody was granted; `granted_by_id` is null where it was the installation.",
        {"user": _ref("User"), **_GRANTED},
    ),
    "Rights": _object(
        "What somebody may beyond what everyone of their role may.",
        {
            "role": {"type": "string", "enum": list(ROLES)},
            "by_role": _list_of(RIGHT),
            "granted": _list_of(_object("A right, by whom and why.", _GRANTED)),
        },
    ),
}
