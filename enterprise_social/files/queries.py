"""Reads of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.files import kinds
from enterprise_social.files.limits import in_words
from enterprise_social.files.models import File

#: What a stream, and the viewer, show at most, in pixels.
STREAM_SIDE = 480
VIEWER_SIDE = 1600


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it is shown with its post; nothing here depends on who looks."""

    id: int
    name: str
    size: int
    mime: str
    width: int | None
    height: int | None
    alt: str
    thumbs: tuple[int, ...]
    problem: str
    state: str

    @property
    def url(self) -> str:
        """Where its content is."""
        return f"/files/{self.id}/{quote(self.name, safe='')}"

    @property
    def kind(self) -> str:
        """How it is shown: image, audio, video, pdf, text, archive or other."""
        if self.mime in kinds.IMAGES and self.thumbs:
            return "image"
        for name, group in (("audio", kinds.AUDIO), ("video", kinds.VIDEO)):
            if self.mime in group:
                return name
        if self.mime == kinds.PDF:
            return "pdf"
        return "text" if self.mime in kinds.DOCUMENTS else "other"

    @property
    def size_text(self) -> str:
        """Its size for people."""
        return in_words(self.size)

    @property
    def short(self) -> str:
        """The ending of its name, where it is short, as people name kinds of files."""
        ending = self.name.rpartition(".")[2] if "." in self.name else ""
        return ending.upper() if 0 < len(ending) <= 5 else ""

    @property
    def thumb_url(self) -> str | None:
        """The picture for a stream."""
        return self.picture(STREAM_SIDE)

    @property
    def large_url(self) -> str | None:
        """The picture for the viewer; what moves is shown as it is."""
        return self.url if self.mime == "image/gif" else self.picture(VIEWER_SIDE)

    def picture(self, side: int) -> str | None:
        """Return the address of the largest picture with at most ``side`` pixels a side."""
        fitting = [each for each in self.thumbs if each <= side]
        return f"/files/{self.id}/thumb/{max(fitting)}" if fitting else None

    @property
    def shown_width(self) -> int | None:
        """The width in a stream, in CSS pixels."""
        return self._shown()[0]

    @property
    def shown_height(self) -> int | None:
        """The height in a stream, in CSS pixels."""
        return self._shown()[1]

    def _shown(self) -> tuple[int | None, int | None]:
        if not self.width or not self.height:
            return None, None
        scale = min(1.0, STREAM_SIDE / max(self.width, self.height))
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


COLUMNS = (
    File.id,
    File.name,
    File.size,
    File.mime,
    File.width,
    File.height,
    File.alt,
    File.thumbs,
    File.problem,
    File.state,
)


def attachment(row: Any) -> Attachment:
    """Make an attachment of a row of ``COLUMNS``, or of a file."""
    return Attachment(
        id=row.id,
        name=row.name,
        size=row.size,
        mime=row.mime,
        width=row.width,
        height=row.height,
        alt=row.alt,
        thumbs=tuple(row.thumbs),
        problem=row.problem,
        state=row.state,
    )


def attachment_document(file: Attachment) -> dict[str, Any]:
    """Write a file as programs get it."""
    return {
        "id": file.id,
        "name": file.name,
        "size": file.size,
        "mime": file.mime,
        "width": file.width,
        "height": file.height,
        "alt": file.alt,
        "url": file.url,
        "thumb_url": file.thumb_url,
        "ready": file.state == "ready",
        "problem": file.problem or None,
    }


def by_import_key(keys: Sequence[str]) -> dict[str, int]:
    """Return the ids of files that came with these keys."""
    rows = db.session.execute(
        select(File.import_key, File.id).where(File.import_key.in_(keys), File.deleted_at.is_(None))
    )
    return {row.import_key: row.id for row in rows}
