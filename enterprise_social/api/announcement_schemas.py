"""The JSON Schemas of announcements."""

from __future__ import annotations

from enterprise_social.announcements.models import (
    ASKS,
    ENDINGS,
    KINDS,
    PRIORITIES,
    STATES,
)
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
    _ref,
    _ref_or_null,
)

_SHARE = {"type": "integer", "minimum": 0, "maximum": 100}
_SECONDS = _or_null({"type": "number", "minimum": 0})
_NUMBERS: dict[str, Schema] = {
    "recipients": COUNT,
    "reached": COUNT,
    "seen": COUNT,
    "acknowledged": COUNT,
}
_CHOICE = _object(
    "One of the answers; `alerts` tells the responders.", {"text": TEXT, "alerts": FLAG}
)
_PART = _object("A department or a place.", {"name": TEXT, "recipients": COUNT, "done": COUNT})

ANNOUNCEMENT_SCHEMAS: dict[str, Schema] = {
    "AnnouncementReceipt": _object(
        "What is recorded about a recipient. `choice` counts from 0; `status` is how far they are.",
        {
            "status": {"type": "string", "enum": ["unreached", "reached", "seen", "answered"]},
            "reached_at": _or_null(MOMENT),
            "reached_way": TEXT,
            "seen_at": _or_null(MOMENT),
            "acknowledged_at": _or_null(MOMENT),
            "acknowledged_way": TEXT,
            "choice": _or_null(COUNT),
            "note": TEXT,
        },
    ),
    "Announcement": _object(
        "An announcement. `audience`, `reason`, `client_id` and `recipient_count` are null for who "
        "only gets it; `comments` says whether one may comment on it now, or of a draft what was "
        "chosen, null for what is usual; `mine` is the caller's own receipt, null for who is no "
        "recipient.",
        {
            "id": ID,
            "kind": {"type": "string", "enum": list(KINDS)},
            "follows_id": _or_null(ID),
            "state": {"type": "string", "enum": list(STATES)},
            "version": ID,
            "title": TEXT,
            "body": TEXT,
            "html": TEXT,
            "files": _list_of(_ref("File")),
            "priority": {"type": "string", "enum": list(PRIORITIES)},
            "audience": _or_null(TEXT),
            "adds_joiners": FLAG,
            "comments": _or_null(FLAG),
            "comment_count": COUNT,
            "drill": FLAG,
            "reason": _or_null(TEXT),
            "requires_ack": FLAG,
            "asks": {"type": "string", "enum": list(ASKS)},
            "ask_text": TEXT,
            "choices": _list_of(_CHOICE),
            "takes_note": FLAG,
            "ack_deadline": _or_null(MOMENT),
            "publish_at": _or_null(MOMENT),
            "local_at": _or_null(TEXT),
            "expires_at": _or_null(MOMENT),
            "published_at": _or_null(MOMENT),
            "ended_at": _or_null(MOMENT),
            "ended_as": {"type": "string", "enum": ["", *ENDINGS]},
            "author_id": ID,
            "in_name_of_id": _or_null(ID),
            "sender": _ref("User"),
            "recipient_count": _or_null(COUNT),
            "client_id": _or_null(TEXT),
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "mine": _ref_or_null("AnnouncementReceipt"),
        },
    ),
    "AnnouncementRecipient": _object(
        "Somebody who gets an announcement. `problem` says which way failed and why.",
        {"user": _ref("User"), "receipt": _ref("AnnouncementReceipt"), "problem": TEXT},
    ),
    "AnnouncementReport": _object(
        "What came of an announcement. `times_to` are seconds until so many per cent had done what "
        "was asked, null where they have not; `parts` count those who have as `done`.",
        {
            **_NUMBERS,
            "missing": COUNT,
            "failed": COUNT,
            "drill": FLAG,
            "shares": _object(
                "In whole per cent.", {"reached": _SHARE, "seen": _SHARE, "acknowledged": _SHARE}
            ),
            "times_to": _object("", {"50": _SECONDS, "90": _SECONDS, "99": _SECONDS}),
            "curve": _list_of(
                _object(
                    "A moment.",
                    {"at": MOMENT, **{k: v for k, v in _NUMBERS.items() if k != "recipients"}},
                )
            ),
            "by_department": _list_of(_PART),
            "by_location": _list_of(_PART),
            "answers": _list_of(_object("A choice.", {"text": TEXT, "count": COUNT})),
        },
    ),
    "AnnouncementAudience": _object(
        "Whom an audience means now. `beyond` of them are not the caller's to announce to; the "
        "sample leaves those out. `words` is the rule as it was understood.",
        {"count": COUNT, "beyond": COUNT, "sample": _list_of(_ref("User")), "words": TEXT},
    ),
    "AnnouncementNudge": _object("How many were reminded.", {"count": COUNT}),
}
