"""The JSON Schemas of word rules, and of what waits for approval."""

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
    _or_null,
)
from enterprise_social.core.screening import PLACES
from enterprise_social.moderation.words.models import EFFECTS, KINDS, STATES
from enterprise_social.posts.models import APPROVED, REFUSED, WAITING, WITHDRAWN

_PLACE: Schema = {"type": "string", "enum": list(PLACES)}
_EFFECT: Schema = {"type": "string", "enum": list(EFFECTS)}

RULES_SCHEMAS: dict[str, Schema] = {
    "Held": _object(
        "What somebody wrote and somebody has to approve: a post, or an edit of `edits_id`. "
        "Approved it is the post `post_id`; `note` says why it was not.",
        {
            "id": ID,
            "channel_id": ID,
            "author_id": ID,
            "parent_id": _or_null(ID),
            "edits_id": _or_null(ID),
            "post_id": _or_null(ID),
            "body": TEXT,
            "client_id": _or_null(TEXT),
            "reason": {"type": "string", "enum": ["approval", "word"]},
            "state": {"type": "string", "enum": [WAITING, APPROVED, REFUSED, WITHDRAWN]},
            "note": TEXT,
            "created_at": MOMENT,
            "decided_at": _or_null(MOMENT),
        },
    ),
    "WordRule": _object(
        "A rule of words of a channel, or without one of the organisation. `hits` is how often it "
        "matched since it was made.",
        {
            "id": ID,
            "channel_id": _or_null(ID),
            "name": TEXT,
            "kind": {"type": "string", "enum": list(KINDS)},
            "pattern": TEXT,
            "accents": FLAG,
            "effect": _EFFECT,
            "message": TEXT,
            "replacement": TEXT,
            "places": _list_of(_PLACE),
            "state": {"type": "string", "enum": list(STATES)},
            "version": COUNT,
            "hits": COUNT,
            "created_at": MOMENT,
            "changed_at": MOMENT,
        },
    ),
    "WordHit": _object(
        "That a rule matched. `target` is `kind:id` of what was written, empty where it was "
        "refused; what it said is not kept.",
        {
            "id": ID,
            "at": MOMENT,
            "effect": _EFFECT,
            "place": _PLACE,
            "user_id": _or_null(ID),
            "channel_id": _or_null(ID),
            "target": TEXT,
        },
    ),
    "WordTrial": _object(
        "What a rule would have matched in a stretch of the last month, the newest first. "
        "It is tried on what the caller may read; `unreadable` counts the others, whatever they "
        "say. `next_before` goes on, null at the month's end.",
        {
            "looked": COUNT,
            "matched": COUNT,
            "unreadable": COUNT,
            "items": _list_of(
                _object(
                    "A post with the text around what matched.",
                    {
                        "post_id": ID,
                        "channel_id": ID,
                        "before": TEXT,
                        "matched": TEXT,
                        "after": TEXT,
                    },
                )
            ),
            "next_before": _or_null(ID),
        },
    ),
}
