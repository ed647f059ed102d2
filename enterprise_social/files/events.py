"""What happens to files."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class FileStored(Event):
    """A file's content is there."""

    file_id: int


@dataclass(frozen=True)
class FileReady(Event):
    """What the worker makes of a file is there: pictures, measures, text."""

    file_id: int


@dataclass(frozen=True)
class FileChanged(Event):
    """A file's description changed."""

    file_id: int


@dataclass(frozen=True)
class FileAged(Event):
    """A file has been there for a day: time to ask whether anything holds on to it."""

    file_id: int


@dataclass(frozen=True)
class FileDeleted(Event):
    """A file is gone; its contents are under these keys."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class UploadAged(Event):
    """An upload was begun a day ago; what came of it is thrown away."""

    upload_id: int
