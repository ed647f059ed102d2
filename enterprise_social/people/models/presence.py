"""What somebody says of themselves for now, and whom they have blocked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_STATUS = 100
LONGEST_EMOJI = 32


class Status(Base):
    """One's status, do-not-disturb and visibility. What has ended is over by the clock alone."""

    __tablename__ = "person_statuses"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    emoji: Mapped[str] = mapped_column(String(LONGEST_EMOJI), default="")
    text: Mapped[str] = mapped_column(String(LONGEST_STATUS), default="")
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undisturbed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hidden: Mapped[bool] = mapped_column(default=False)

    def says(self, moment: datetime) -> bool:
        """Whether there is a status at that moment."""
        return bool(self.emoji or self.text) and (self.until is None or self.until > moment)

    def undisturbed(self, moment: datetime) -> bool:
        """Whether the person is not to be disturbed at that moment."""
        return self.undisturbed_until is not None and self.undisturbed_until > moment


class Block(Base):
    """Somebody who wants to hear nothing from somebody else."""

    __tablename__ = "person_blocks"

    blocker_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    blocked_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
