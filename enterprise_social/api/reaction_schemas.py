"""The JSON Schemas of reactions and emoji."""

from __future__ import annotations

from enterprise_social.api.schemas import (
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    Schema,
    _list_of,
    _object,
    _ref,
)

REACTION_SCHEMAS: dict[str, Schema] = {
    "Reaction": _object(
        "Somebody's reaction to a post.", {"emoji": TEXT, "user": _ref("User"), "at": MOMENT}
    ),
    "Emoji": _object(
        "One of the organisation's own emoji.", {"name": TEXT, "url": TEXT, "retired": FLAG}
    ),
    "OwnEmoji": _object(
        "What one likes to choose: emoji of late, and a skin tone from 2 to 6, or 0.",
        {"recent": _list_of(TEXT), "tone": COUNT},
    ),
}
