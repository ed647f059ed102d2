"""JSON as archives hold it: times in RFC 3339, one object a line (jsonlines.org)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Any

# A file of a day is rarely larger; what is goes to the disk.
IN_MEMORY = 4 * 1024 * 1024
BLOCK = 256 * 1024


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


def line(row: Mapping[str, Any]) -> bytes:
    """Return an object on a line of its own."""
    return json.dumps(row, default=plain, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def document(value: Any) -> bytes:
    """Return a value for people to read."""
    text = json.dumps(value, default=plain, ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace") + b"\n"


def lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield a line a row."""
    return (line(row) for row in rows)


class Spool:
    """Bytes that are gathered while other members are written, in memory while they are few."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed at the end

    def __enter__(self) -> Spool:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget everything."""
        self._file.close()

    def write(self, content: bytes) -> None:
        """Add some."""
        self._file.write(content)

    def blocks(self) -> Iterator[bytes]:
        """Yield all of it."""
        self._file.seek(0)
        while block := self._file.read(BLOCK):
            yield block

    def clear(self) -> None:
        """Begin anew."""
        self._file.close()
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
