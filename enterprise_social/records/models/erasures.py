"""People whose personal data was taken away, and how far that is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_ERASURE_REASON = 500


class Erasure(Base):
    """The erasing of one person. It holds no word of who they were.

    What others see is gone with the first transaction; the worker goes through the rest in
    ``steps``, and ``done_steps`` says how many are behind it.
    """

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"), unique=True)
    asked_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(LONGEST_ERASURE_REASON), default="")
    removes_posts: Mapped[bool] = mapped_column(default=False)
    # What must be looked for until it is found nowhere; sealed, and emptied at the end.
    traces: Mapped[str] = mapped_column(String(2000), default="")
    done_steps: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
