"""The JSON Schemas of the audit log, retention and legal holds."""

from __future__ import annotations

from enterprise_social.api.schemas import (
    COUNT,
    ID,
    MOMENT,
    TEXT,
    Schema,
    _list_of,
    _object,
    _or_null,
)

AUDIT_SCHEMAS: dict[str, Schema] = {
    "AuditEntry": _object(
        "An act that others may have to answer for. `previous` is the hash of the entry before.",
        {
            "id": ID,
            "at": MOMENT,
            "actor_id": {"type": ["integer", "null"], "description": "null: the installation."},
            "action": TEXT,
            "target": TEXT,
            "details": {"type": "object", "description": "What else there is to know."},
            "previous": TEXT,
            "hash": TEXT,
            "sentence": TEXT,
        },
    ),
    "Retention": _object(
        "For how many days posts are kept, deleted ones, and those of channels with a rule of "
        "their own; null is for ever.",
        {
            "days": _or_null(COUNT),
            "deleted_days": COUNT,
            "channels": _list_of(
                _object("A channel's rule.", {"channel_id": ID, "days": _or_null(COUNT)})
            ),
        },
    ),
    "LegalHold": _object(
        "What is kept for a matter: by person, channel and time; what is null isn't narrowed.",
        {
            "id": ID,
            "matter": TEXT,
            "reason": TEXT,
            "user_id": _or_null(ID),
            "channel_id": _or_null(ID),
            "since": _or_null(MOMENT),
            "until": _or_null(MOMENT),
            "created_by_id": _or_null(ID),
            "created_at": MOMENT,
            "released_by_id": _or_null(ID),
            "released_at": _or_null(MOMENT),
        },
    ),
}
