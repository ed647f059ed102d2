"""The JSON Schemas of fields of profiles and of their history."""

from __future__ import annotations

from enterprise_social.api.schemas import (
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Schema,
    _list_of,
    _object,
    _or_null,
)
from enterprise_social.people.models.fields import FIELD_AUDIENCES, FIELD_EDITORS, FIELD_KINDS

FIELD_SCHEMAS: dict[str, Schema] = {
    "ProfileField": _object(
        "A field of all profiles that the organisation defined.",
        {
            "id": ID,
            "key": TEXT,
            "name": TEXT,
            "hint": TEXT,
            "kind": {"type": "string", "enum": list(FIELD_KINDS)},
            "choices": _list_of(TEXT),
            "required": FLAG,
            "audience": {"type": "string", "enum": list(FIELD_AUDIENCES)},
            "editor": {"type": "string", "enum": list(FIELD_EDITORS)},
            "archived": FLAG,
            "created_at": MOMENT,
        },
    ),
    "BuiltInField": _object(
        "A field that every profile has unless the organisation leaves it out.",
        {"name": TEXT, "label": TEXT, "shown": FLAG},
    ),
    "FieldValue": _object(
        "A field of the organisation's own with what stands in it. Of the kind `person`, `value` "
        "is the username and `user_id` the id.",
        {"key": TEXT, "name": TEXT, "kind": TEXT, "value": TEXT, "user_id": _or_null(ID)},
    ),
    "ProfileChange": _object(
        "A change of a profile. `field` is a built-in one's name or `custom:` and the id of one "
        "that the organisation defined; `actor_id` is null where the installation itself did it.",
        {
            "id": ID,
            "at": MOMENT,
            "actor_id": _or_null(ID),
            "field": TEXT,
            "name": TEXT,
            "before": {"description": "What stood there; null for nothing."},
            "after": {"description": "What stands there since."},
        },
    ),
}
