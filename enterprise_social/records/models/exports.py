"""What is given out: exports that two people agreed to, and each person's own data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

EXPORT_KINDS = ("compliance", "own")
# ``waiting`` for the second person's word, ``queued`` for the worker, ``running``, ``ready``; over
# are ``refused``, ``expired`` (nobody answered), ``cancelled``, ``failed`` and ``deleted``.
EXPORT_STATES = (
    "waiting", "queued", "running", "ready",
    "refused", "expired", "cancelled", "failed", "deleted",
)  # fmt: skip
LONGEST_EXPORT_REASON = 500


class DataExport(Base):
    """An archive of what was said and kept, from its request to its deletion.

    ``scope`` is ``{"people": [id], "channels": [id], "since", "until", "files", "mail"}``; empty
    lists take in all. ``turn`` grows with each beginning of the worker, so that one that was
    thought dead stops when another took over. ``counts`` are what is in it.
    """

    __tablename__ = "data_exports"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    requested_by_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(LONGEST_EXPORT_REASON), default="")
    scope: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Who agreed or refused, when, and why they refused.
    decided_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refusal: Mapped[str] = mapped_column(String(LONGEST_EXPORT_REASON), default="")

    turn: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(BigId, default=0)
    total: Mapped[int] = mapped_column(BigId, default=0)
    problem: Mapped[str] = mapped_column(String(300), default="")
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Until when it waits for an answer, or can be fetched.
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    storage_key: Mapped[str] = mapped_column(String(120), default="")
    size: Mapped[int] = mapped_column(BigId, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    downloads: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        Index("ix_data_exports_kind", "kind", "id"),
        Index("ix_data_exports_requested_by", "requested_by_id", "id"),
    )

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ("refused", "expired", "cancelled", "failed", "deleted")
