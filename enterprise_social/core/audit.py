"""The audit log: who did what that others may have to answer for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.access import Viewer
from enterprise_social.core.actions import current_unit
from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, BigId, UTCDateTime, db


class AuditEntry(Base):
    """One act. Entries are only ever added."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(String(80))
    target: Mapped[str] = mapped_column(String(120))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__ = (Index("ix_audit_entries_at", "at", "id"),)


def record(
    actor: Viewer | None, act: str, target: str, details: dict[str, Any] | None = None
) -> None:
    """Add an entry to the running action's transaction.

    ``act`` is ``room.verb``, ``target`` is ``kind:id``; details must hold no secret.
    """
    current_unit()
    actor_id = None if actor is None else int(actor.id)
    db.session.add(
        AuditEntry(at=now(), actor_id=actor_id, action=act, target=target, details=details or {})
    )
