"""How long posts are kept, and what the runs that enforce it did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_DAYS = 36_500
STATE_ID = 1


class ChannelRetention(Base):
    """How long a channel's posts are kept, where that isn't the organisation's default."""

    __tablename__ = "channel_retentions"

    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # None: for ever, whatever the default is.
    days: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))


class RetentionRun(Base):
    """One run over what is past its time; without an end it is at work, or was interrupted."""

    __tablename__ = "retention_runs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Removed for good; out of sight, but held; files that went with them.
    removed: Mapped[int] = mapped_column(default=0)
    hidden: Mapped[int] = mapped_column(default=0)
    files: Mapped[int] = mapped_column(default=0)


class RecordsState(Base):
    """One row: whoever holds something, or removes something for good, locks it.

    So nothing is removed that was held a moment before.
    """

    __tablename__ = "records_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holds: Mapped[int] = mapped_column(default=0)
