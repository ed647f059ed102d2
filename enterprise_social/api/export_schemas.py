"""The JSON Schemas of exports and of erasing."""

from __future__ import annotations

from enterprise_social.api.schemas import COUNT, FLAG, ID, MOMENT, TEXT, Schema, _list_of, _object
from enterprise_social.records.models import EXPORT_KINDS, EXPORT_STATES

_NO_ID: Schema = {"type": ["integer", "null"], "minimum": 1}
_NO_MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
_COUNTS: Schema = {"type": "object", "additionalProperties": COUNT}

EXPORT_SCHEMAS: dict[str, Schema] = {
    "Export": _object(
        "An export, from its request to its deletion. `page` is where a browser fetches it.",
        {
            "id": ID,
            "kind": {"type": "string", "enum": list(EXPORT_KINDS)},
            "state": {"type": "string", "enum": list(EXPORT_STATES)},
            "reason": TEXT,
            "scope": _object(
                "What it takes in; empty lists are everybody and every channel.",
                {
                    "people": _list_of(ID),
                    "channels": _list_of(ID),
                    "since": _NO_MOMENT,
                    "until": _NO_MOMENT,
                    "files": FLAG,
                    "mail": FLAG,
                },
            ),
            "requested_by_id": ID,
            "requested_at": MOMENT,
            "decided_by_id": _NO_ID,
            "decided_at": _NO_MOMENT,
            "refusal": TEXT,
            "done": COUNT,
            "total": COUNT,
            "finished_at": _NO_MOMENT,
            "expires_at": _NO_MOMENT,
            "size": COUNT,
            "sha256": TEXT,
            "counts": _COUNTS,
            "downloads": COUNT,
            "page": TEXT,
        },
    ),
    "Erasure": _object(
        "The erasing of a person: how far it is.",
        {
            "user_id": ID,
            "asked_by_id": _NO_ID,
            "asked_at": MOMENT,
            "removes_posts": FLAG,
            "done_steps": COUNT,
            "finished_at": _NO_MOMENT,
            "counts": _COUNTS,
        },
    ),
}
