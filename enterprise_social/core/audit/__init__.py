"""The audit log: who did what that others may have to answer for.

What an action records is added at its very end, chained to what was there: see
``core.audit.chain`` for how, and ``core.audit.checking`` for how it is checked.
"""

from __future__ import annotations

from typing import Any

from enterprise_social.core.access import Viewer
from enterprise_social.core.actions import current_unit
from enterprise_social.core.audit import chain
from enterprise_social.core.audit.models import BEGINNING, AuditEntry, AuditHead
from enterprise_social.core.clock import now

__all__ = ["BEGINNING", "AuditEntry", "AuditHead", "record"]


def record(
    actor: Viewer | None, act: str, target: str, details: dict[str, Any] | None = None
) -> None:
    """Add an entry to the running action's transaction, at its end.

    ``act`` is ``room.verb``, ``target`` is ``kind:id``; details must hold no secret.
    """
    unit = current_unit()
    waiting: list[dict[str, Any]] | None = unit.notes.get("audit")
    if waiting is None:
        waiting = unit.notes["audit"] = []
        entries = waiting
        unit.at_last.append(lambda: chain.append(entries))
    waiting.append(
        {
            "at": now(),
            "actor_id": None if actor is None else int(actor.id),
            "action": act,
            "target": target,
            "details": chain.as_json(details),
        }
    )
