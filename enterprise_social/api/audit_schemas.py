"""The JSON Schema of the audit log."""

from __future__ import annotations

from enterprise_social.api.schemas import ID, MOMENT, TEXT, Schema, _object

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
}
