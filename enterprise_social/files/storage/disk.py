"""Contents as files of this machine, in 256 folders."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from flask_babel import gettext as _

from enterprise_social.core.errors import Unavailable
from enterprise_social.files.storage import checked

BLOCK = 256 * 1024
ABANDONED_SECONDS = 24 * 3600


class DiskStorage:
    """Written beside their place and moved into it when they are on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._arriving = folder / "arriving"
        self._swept = False

    def put(self, key: str, content: BinaryIO) -> int:
        """See ``Storage.put``: written, synchronised, renamed (atomic in POSIX), synchronised."""
        place = self._place(key)
        beside = self._arriving / secrets.token_hex(16)
        try:
            for folder in (self._folder, place.parent, self._arriving):
                folder.mkdir(mode=0o700, exist_ok=True)
            self._sweep()
            try:
                with beside.open("xb") as file:
                    os.fchmod(file.fileno(), 0o600)
                    shutil.copyfileobj(content, file, BLOCK)
                    size = file.tell()
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(place)
            finally:
                beside.unlink(missing_ok=True)
            _synchronise(place.parent)
        except OSError as error:
            raise Unavailable(_("The file can't be stored right now. Try again later.")) from error
        return size

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """See ``Storage.open``."""
        file = self._place(key).open("rb")
        file.seek(start)
        return file if length is None else cast(BinaryIO, _Part(file, length))

    def exists(self, key: str) -> bool:
        """See ``Storage.exists``."""
        return self._place(key).is_file()

    def delete(self, key: str) -> None:
        """See ``Storage.delete``."""
        self._place(key).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Throw away, once a process, what one that was killed has left half written."""
        if self._swept:
            return
        self._swept = True
        too_old = time.time() - ABANDONED_SECONDS
        for path in self._arriving.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < too_old:
                    path.unlink()

    def _place(self, key: str) -> Path:
        name = checked(key).replace("/", ".")
        return self._folder / hashlib.sha256(name.encode()).hexdigest()[:2] / name


class _Part(io.BufferedIOBase):
    """The next ``length`` bytes of a file, which is closed with it."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        piece = self._file.read(wanted)
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()
        super().close()


def _synchronise(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
