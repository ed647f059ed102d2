"""The chain: each entry is sealed together with the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from enterprise_social.core.actions import action
from enterprise_social.core.audit.models import HEAD_ID, AuditEntry, AuditHead
from enterprise_social.core.canonical import canonical
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.db import db


def entry_hash(
    number: int,
    at: datetime,
    actor_id: int | None,
    act: str,
    target: str,
    details: Any,
    previous: str,
) -> str:
    """Return the SHA-256 (hexadecimal) of an entry that follows the one with hash ``previous``.

    It is taken over canonical JSON (RFC 8785) of an object with the names ``action``, ``actor_id``,
    ``at`` (RFC 3339, UTC), ``details``, ``id``, ``previous`` and ``target``. This never changes:
    all that was ever written is checked by it. Raises ValueError for what isn't JSON.
    """
    content = {
        "action": act,
        "actor_id": actor_id,
        "at": rfc3339(at),
        "details": details,
        "id": number,
        "previous": previous,
        "target": target,
    }
    return hashlib.sha256(canonical(content)).hexdigest()


@action
def append(entries: Sequence[dict[str, Any]]) -> None:
    """Add entries to the chain; the last thing that an action does before its commit.

    The head's row is the last lock that is taken: whoever holds it waits for nobody.
    """
    head = db.session.execute(
        select(AuditHead.entry_id, AuditHead.hash).where(AuditHead.id == HEAD_ID).with_for_update()
    ).one()
    number, last = head.entry_id, head.hash
    rows = []
    for entry in entries:
        number += 1
        sealed = entry_hash(
            number,
            entry["at"],
            entry["actor_id"],
            entry["action"],
            entry["target"],
            entry["details"],
            last,
        )
        rows.append({**entry, "id": number, "previous": last, "hash": sealed})
        last = sealed
    db.session.execute(insert(AuditEntry), rows)
    db.session.execute(
        update(AuditHead)
        .where(AuditHead.id == HEAD_ID)
        .values(entry_id=number, hash=last)
        .execution_options(synchronize_session=False)
    )


def as_json(details: dict[str, Any] | None) -> Any:
    """Return details as they will be read again, with text that every database can keep.

    Raises TypeError or ValueError for what JSON can't hold.
    """
    if not details:
        return {}
    text = json.dumps(details, allow_nan=False, ensure_ascii=False)
    return json.loads(text.encode(errors="replace"))
