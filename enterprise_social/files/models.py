"""Files, and uploads that are still on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_NAME = 200
LONGEST_ALT = 1000
GONE = "gone"  # what a file is called that was thrown away
MOST_FILES = 10  # of one post or announcement
# What a file is at the moment: its content is still coming; it is there, and what the worker makes
# of it is not yet; that is there as well.
ARRIVING, STORED, READY = "arriving", "stored", "ready"


class File(Base):
    """Something that somebody uploaded. Its content is kept under ``key`` in the storage.

    ``mime`` is what the content shows, whatever the name says. ``thumbs`` are the longest sides, in
    pixels, of the pictures that were made of it; ``problem`` says why there are none, or no text.
    """

    __tablename__ = "files"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    size: Mapped[int] = mapped_column(BigId, default=0)
    mime: Mapped[str] = mapped_column(String(100), default="application/octet-stream")
    width: Mapped[int | None]
    height: Mapped[int | None]
    alt: Mapped[str] = mapped_column(String(LONGEST_ALT), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(16), default=ARRIVING)
    thumbs: Mapped[list[int]] = mapped_column(JSON, default=list)
    problem: Mapped[str] = mapped_column(String(32), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)

    __table_args__ = (Index("ix_files_owner", "owner_id", "id"),)

    @property
    def key(self) -> str:
        """The content's key in the storage."""
        return f"files/{self.id}"

    def thumb_key(self, side: int) -> str:
        """The key of the picture whose longest side has ``side`` pixels."""
        return f"thumbs/{self.id}-{side}"


class Upload(Base):
    """A large file on its way, in pieces. ``parts`` are the keys of those that came, in order."""

    __tablename__ = "file_uploads"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    size: Mapped[int] = mapped_column(BigId)
    alt: Mapped[str] = mapped_column(String(LONGEST_ALT), default="")
    received: Mapped[int] = mapped_column(BigId, default=0)
    parts: Mapped[list[Any]] = mapped_column(JSON, default=list)
    file_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("files.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
