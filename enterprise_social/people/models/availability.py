"""When somebody wants to be reached, by which ways, and who stands in for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

WAYS = ("push", "email", "gateway")  # besides the application itself


class Availability(Base):
    """One's quiet hours and order of ways; a person without a row has the organisation's.

    ``quiet_from`` and ``quiet_until`` are minutes after midnight in the person's own zone; a span
    that ends before it begins goes over midnight. It begins on the weekdays of ``quiet_on`` (0 is
    Monday). ``ways`` are of WAYS, the preferred one first.
    """

    __tablename__ = "availabilities"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    quiet_on: Mapped[list[int] | None] = mapped_column(JSON)
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    ways: Mapped[list[str]] = mapped_column(JSON, default=list)
    deputy_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))


class Absence(Base):
    """A time in which somebody is away, and who stands in for them then."""

    __tablename__ = "absences"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    begins_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deputy_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))

    __table_args__ = (Index("ix_absences_person", "person_id", "ends_at"),)
