"""What is brought in by hand: lists of people, with what would come of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

IMPORT_STATES = ("reading", "ready", "confirmed", "done", "failed", "cancelled")


class PeopleImport(Base):
    """A CSV file of people: read, shown, and carried out only when somebody confirms it.

    ``report`` holds the counts, the problems by line and a sample of the changes. ``done_rows`` is
    how far the work has come, so that it goes on there after a stop.
    """

    __tablename__ = "people_imports"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_by_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    filename: Mapped[str] = mapped_column(String(255))
    storage_key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="reading", index=True)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    columns: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    row_count: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
