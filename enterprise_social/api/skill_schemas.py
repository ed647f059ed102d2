"""The JSON Schemas of skills."""

from __future__ import annotations

from enterprise_social.api.schemas import COUNT, ID, MOMENT, TEXT, Schema, _list_of, _object, _ref

SKILL_SCHEMAS: dict[str, Schema] = {
    "SkillWord": _object(
        "A skill of the vocabulary, how many people have it, and other words that mean it.",
        {"id": ID, "name": TEXT, "people": COUNT, "aliases": _list_of(TEXT)},
    ),
    "UserSkill": _object(
        "A skill of somebody. `count` is how many colleagues who are still here vouch for it.",
        {
            "id": ID,
            "name": TEXT,
            "count": COUNT,
            "endorsements": _list_of(
                _object("A colleague's word.", {"user": _ref("User"), "why": TEXT, "at": MOMENT})
            ),
        },
    ),
}
