"""The JSON Schemas of second factors."""

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

SECURITY_SCHEMAS: dict[str, Schema] = {
    "Security": _object(
        "One's own second factors. `enforced_from` is from when on one gets nowhere without.",
        {
            "required": FLAG,
            "enforced_from": _or_null(MOMENT),
            "app": FLAG,
            "recovery_codes_left": COUNT,
            "passkeys": _list_of(
                _object(
                    "A passkey, with the name that its owner gave it.",
                    {
                        "id": ID,
                        "name": TEXT,
                        "created_at": MOMENT,
                        "last_used_at": _or_null(MOMENT),
                    },
                )
            ),
        },
    ),
}
