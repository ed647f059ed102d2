"""Who was in a channel when: kept when somebody comes or goes, by the database itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime


class MembershipSpan(Base):
    """A time that somebody was in a channel; without an end they still are.

    Triggers on ``memberships`` write it, so that no way in or out is forgotten. Before the table
    was there only who was in then is known, from when they came.
    """

    __tablename__ = "membership_spans"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int] = mapped_column(BigId)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_membership_spans_channel", "channel_id", "person_id"),
        Index("ix_membership_spans_person", "person_id"),
    )
