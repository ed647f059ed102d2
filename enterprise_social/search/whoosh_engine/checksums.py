"""Notices files of the index that are not what was written: a torn write, a bad block, a hand.

Whoosh keeps no checksums, and a damaged block would only be found by the search that reads it. So
the writer notes size and CRC-32 of each file beside them, and a process that opens the index
compares them once.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

_NAME = "checksums"


def note(folder: Path, names: list[str]) -> None:
    """Writes down what the files of these names hold now; known ones are not read again."""
    known = _known(folder)
    noted = {name: known.get(name) or _of(folder / name) for name in names}
    draft = folder / f"{_NAME}.draft"
    draft.write_text(json.dumps(noted))
    draft.replace(folder / _NAME)


def damaged(folder: Path) -> str | None:
    """The name of a file that isn't what was written, None where all are. A file that was taken
    away by a later commit meanwhile, or that was not noted yet, is no damage."""
    for name, noted in _known(folder).items():
        path = folder / name
        if path.exists() and _of(path) != noted:
            return name
    return None


def _known(folder: Path) -> dict[str, list[int]]:
    try:
        known = json.loads((folder / _NAME).read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _of(path: Path) -> list[int]:
    """Size and CRC-32, read a piece at a time."""
    size = check = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            size += len(piece)
            check = zlib.crc32(piece, check)
    return [size, check]
