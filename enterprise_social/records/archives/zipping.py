"""A ZIP file that is written once, front to back, and needs no more memory for more members.

Python's ``zipfile`` keeps a record of each member until the end, which is hundreds of megabytes
for a million mails. Here the central directory grows in a temporary file instead. The format is
APPNOTE.TXT 6.3.10 with ZIP64 for every member, so that no size or number is too large.
"""

from __future__ import annotations

import hashlib
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO

BLOCK = 256 * 1024
_VERSION = 45  # ZIP64
_MADE_ON_UNIX = 3 << 8
_UTF8_NAME = 0x800
_STORED, _DEFLATED = 0, 8
_FULL = 0xFFFFFFFF
_MODE = 0o100600 << 16
# What is packed already only costs time to pack again.
_PACKED = (".zip", ".gz", ".jpg", ".jpeg", ".png", ".webp", ".avif", ".mp4", ".docx", ".xlsx")


class ZipWriter:
    """Writes an archive into a new file that only its owner can read.

    ``members`` and ``sums``: how many there are, and a line a member as ``sha256sum`` writes and
    checks them. Leaving the ``with`` block by an exception leaves an unfinished file behind, which
    the caller throws away.
    """

    def __init__(self, path: Path, *, at: datetime | None = None) -> None:
        """Begin the archive. Raises FileExistsError."""
        self._file: IO[bytes] = os.fdopen(
            os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b"
        )
        self._directory = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end
        self._sums = tempfile.TemporaryFile()  # noqa: SIM115
        self._stamp = _dos_time(at or datetime.now(UTC))
        self.members = 0

    def __enter__(self) -> ZipWriter:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the directory and have all of it on the disk, unless something went wrong."""
        try:
            if kind is None:
                self._finish()
        finally:
            for each in (self._directory, self._sums, self._file):
                each.close()

    def add(self, name: str, content: bytes | Iterable[bytes]) -> str:
        """Write one member and return its SHA-256.

        Names are relative paths that the caller made, see ``names.part``.
        """
        blocks = (content,) if isinstance(content, bytes) else content
        method = _STORED if name.lower().endswith(_PACKED) else _DEFLATED
        raw = name.encode()
        start = self._file.tell()
        self._file.write(self._local_head(raw, method, 0, 0, 0))
        packer = zlib.compressobj(6, zlib.DEFLATED, -15) if method == _DEFLATED else None
        digest, crc, size = hashlib.sha256(), 0, 0
        for block in blocks:
            digest.update(block)
            crc = zlib.crc32(block, crc)
            size += len(block)
            self._file.write(packer.compress(block) if packer else block)
        if packer:
            self._file.write(packer.flush())
        end = self._file.tell()
        packed = end - start - 30 - len(raw) - 20
        self._file.seek(start)
        self._file.write(self._local_head(raw, method, crc, size, packed))
        self._file.seek(end)
        self._directory.write(self._central_head(raw, method, crc, size, packed, start))
        self.members += 1
        self._sums.write(f"{digest.hexdigest()}  {name}\n".encode())
        return digest.hexdigest()

    def sums(self) -> Iterator[bytes]:
        """Yield the lines of what was added so far."""
        self._sums.seek(0)
        yield from _blocks(self._sums)
        self._sums.seek(0, os.SEEK_END)

    def _local_head(self, name: bytes, method: int, crc: int, size: int, packed: int) -> bytes:
        extra = struct.pack("<HHQQ", 1, 16, size, packed)
        fixed = struct.pack(
            "<IHHHIIIIHH",
            0x04034B50, _VERSION, _UTF8_NAME, method, self._stamp, crc, _FULL, _FULL,
            len(name), len(extra),
        )  # fmt: skip
        return fixed + name + extra

    def _central_head(
        self, name: bytes, method: int, crc: int, size: int, packed: int, start: int
    ) -> bytes:
        extra = struct.pack("<HHQQQ", 1, 24, size, packed, start)
        fixed = struct.pack(
            "<IHHHHIIIIHHHHHII",
            0x02014B50, _MADE_ON_UNIX | _VERSION, _VERSION, _UTF8_NAME, method, self._stamp, crc,
            _FULL, _FULL, len(name), len(extra), 0, 0, 0, _MODE, _FULL,
        )  # fmt: skip
        return fixed + name + extra

    def _finish(self) -> None:
        start = self._file.tell()
        self._directory.seek(0)
        for block in _blocks(self._directory):
            self._file.write(block)
        end = self._file.tell()
        self._file.write(
            struct.pack(
                "<IQHHIIQQQQ",
                0x06064B50, 44, _MADE_ON_UNIX | _VERSION, _VERSION, 0, 0,
                self.members, self.members, end - start, start,
            )
        )  # fmt: skip
        self._file.write(struct.pack("<IIQI", 0x07064B50, 0, end, 1))
        count = min(self.members, 0xFFFF)
        small = (min(end - start, _FULL), min(start, _FULL))
        self._file.write(struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, *small, 0))
        self._file.flush()
        os.fsync(self._file.fileno())


def _blocks(stream: IO[bytes] | BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block


def _dos_time(moment: datetime) -> int:
    """The time in two-second steps since 1980 (APPNOTE, 4.4.6)."""
    day = (max(moment.year, 1980) - 1980) << 9 | moment.month << 5 | moment.day
    return day << 16 | moment.hour << 11 | moment.minute << 5 | moment.second // 2
