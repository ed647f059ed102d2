"""What the storage keeps, in blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from enterprise_social.files.storage import storage

BLOCK = 256 * 1024


def blocks_of(key: str) -> Iterator[bytes]:
    """Yield a content in blocks; nothing where it is gone by then."""
    try:
        stream = storage().open(key)
    except FileNotFoundError:
        return
    yield from blocks(stream)


def blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what is left in an open stream, and close it."""
    with stream:
        while block := stream.read(BLOCK):
            yield block
