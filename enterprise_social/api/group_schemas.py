"""The JSON Schemas of groups of people."""

from __future__ import annotations

from enterprise_social.api.schemas import (
    COUNT,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Schema,
    _list_of,
    _object,
    _ref,
)
from enterprise_social.people.models.groups import GROUP_CALLERS, GROUP_KINDS, GROUP_ROLES

_ROLE: Schema = {"type": "string", "enum": list(GROUP_ROLES)}

GROUP_SCHEMAS: dict[str, Schema] = {
    "Group": _object(
        "People who are called by one @name. `rule` is empty for a group by hand; `may_call` and "
        "`role` are the caller's.",
        {
            "id": ID,
            "handle": TEXT,
            "name": TEXT,
            "purpose": TEXT,
            "kind": {"type": "string", "enum": list(GROUP_KINDS)},
            "rule": TEXT,
            "callers": {"type": "string", "enum": list(GROUP_CALLERS)},
            "member_count": COUNT,
            "archived": FLAG,
            "created_at": MOMENT,
            "role": {"type": ["string", "null"], "enum": [*GROUP_ROLES, None]},
            "may_call": FLAG,
        },
    ),
    "GroupMember": _object("Somebody in a group.", {"user": _ref("User"), "role": _ROLE}),
    "RulePreview": _object(
        "Whom a rule would take in now: how many, and the first of them by name. `words` is the "
        "rule as it was understood.",
        {"count": COUNT, "sample": _list_of(_ref("User")), "words": TEXT},
    ),
}
