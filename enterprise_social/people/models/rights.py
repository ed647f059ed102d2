"""Rights that an admin grants one by one, beside the roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

# Moderate everywhere; see analytics; take part in exports of others' data; read the audit log.
RIGHTS = ("moderate", "analytics", "export", "audit")


class Right(Base):
    """A right that was granted to somebody."""

    __tablename__ = "rights"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    granted_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(300), default="")
