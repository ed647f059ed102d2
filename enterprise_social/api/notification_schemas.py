"""The JSON Schemas of notifications."""

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
    _ref,
)
from enterprise_social.notifications.models import KINDS, RHYTHMS, WAYS
from enterprise_social.notifications.queries.lists import FILTERS

_WAYS = _object("By which ways.", dict.fromkeys(WAYS, FLAG))

NOTIFICATION_SCHEMAS: dict[str, Schema] = {
    "Notification": _object(
        "Something that one is told of; what belongs together is one while it is unread."
        " `actors` are the newest of `actor_count` people, `count` is how often.",
        {
            "id": ID,
            "kind": {"type": "string", "enum": list(KINDS)},
            "text": TEXT,
            "reason": TEXT,
            "excerpt": TEXT,
            "url": TEXT,
            "channel_id": _or_null(ID),
            "root_id": _or_null(ID),
            "post_id": _or_null(ID),
            "announcement_id": _or_null(ID),
            "case_id": _or_null(ID),
            "actors": _list_of(_ref("User")),
            "actor_count": COUNT,
            "count": COUNT,
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "read_at": _or_null(MOMENT),
        },
    ),
    "NotificationCounts": _object(
        "How many are unread, by what the page lists.", dict.fromkeys(FILTERS, COUNT)
    ),
    "NotificationsRead": _object(
        "When they were read, by which it can be undone, and how many are unread now.",
        {"read_at": MOMENT, "unread": COUNT},
    ),
    "NotificationsUnread": _object("How many are unread now.", {"unread": COUNT}),
    "NotificationSettings": _object(
        "What one is told by which way, and when one wants quiet.",
        {
            "ways": _object("By kind.", dict.fromkeys(KINDS, _WAYS)),
            "keywords": _list_of(TEXT),
            "quiet_hours": _object(
                "In one's own zone; `days` are 0 for Monday to 6.",
                {
                    "mode": {"type": "string", "enum": ["default", "own", "none"]},
                    "days": _list_of({"type": "integer", "minimum": 0, "maximum": 6}),
                    "from": _or_null(TEXT),
                    "until": _or_null(TEXT),
                },
            ),
            "order": _list_of(TEXT),
            "digest": {"type": "string", "enum": list(RHYTHMS)},
            "deputy_id": _or_null(ID),
        },
    ),
    "Following": _object("Whether one follows a thread.", {"root_id": ID, "follows": FLAG}),
    "Mute": _object(
        "Until when one hears nothing of a channel.", {"channel_id": ID, "until": _or_null(MOMENT)}
    ),
}
