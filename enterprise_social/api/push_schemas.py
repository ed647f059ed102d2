"""The JSON Schemas of push messages."""

from __future__ import annotations

from enterprise_social.api.schemas import (
    ID,
    MOMENT,
    TEXT,
    Schema,
    _list_of,
    _object,
    _or_null,
)

PUSH_SCHEMAS: dict[str, Schema] = {
    "PushDevices": _object(
        "Where somebody gets push messages. `key` is the application server's, for browsers.",
        {
            "key": TEXT,
            "devices": _list_of(
                _object(
                    "A browser. `used_at` is when a push service last took a message for it.",
                    {"id": ID, "created_at": MOMENT, "used_at": _or_null(MOMENT)},
                )
            ),
        },
    ),
}
