"""What is kept about the audit log: heads that were given out, and runs over its chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime


class GivenHead(Base):
    """The log's last entry as it was given out on ``day`` (ISO 8601)."""

    __tablename__ = "audit_heads_given"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class AuditCheck(Base):
    """A run over the chain; without an end it waits, or is at work.

    ``fault`` is the first entry that didn't fit, ``how`` what was done to it.
    """

    __tablename__ = "audit_checks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    entries: Mapped[int] = mapped_column(BigId, default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    fault: Mapped[int | None] = mapped_column(BigId)
    how: Mapped[str] = mapped_column(String(16), default="")
