"""Legal holds: what must not be lost while it may be evidence."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_MATTER = 120
LONGEST_REASON = 1000


class LegalHold(Base):
    """What is held: by person, by channel and by time; what isn't said holds all of them.

    A person's hold takes in what they wrote, and all that is said in their direct conversations.
    ``begins_at`` belongs to the time that is held, ``ends_at`` no more. Released ones stay, for
    whoever asks later what was held when.
    """

    __tablename__ = "legal_holds"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # The case that it is for: several holds may serve one.
    matter: Mapped[str] = mapped_column(String(LONGEST_MATTER))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    channel_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("channels.id"))
    begins_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    released_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    release_reason: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")

    __table_args__ = (
        Index("ix_legal_holds_person", "person_id"),
        Index("ix_legal_holds_channel", "channel_id"),
    )

    @property
    def is_active(self) -> bool:
        """Whether it still holds."""
        return self.released_at is None
