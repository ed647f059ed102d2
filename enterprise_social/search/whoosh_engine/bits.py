"""Sets of a segment's documents as whole numbers: bit n stands for document n.

Python adds, cuts and counts numbers of 8,000 bits in well under a microsecond, which makes rights,
filters and counts of facets nearly free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import compress

_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


def everything(size: int) -> int:
    """All documents of a segment of this size."""
    return (1 << size) - 1


def of(numbers: Iterable[int], size: int) -> int:
    """The set of these documents."""
    signs = bytearray(b"0") * size
    for number in numbers:
        signs[number] = 49
    return int(signs[::-1], 2) if size else 0


def flags(bits: int, size: int) -> bytes:
    """A byte for each document, 1 where it is in the set."""
    return f"{bits:0{size}b}"[::-1].encode().translate(_FLAGS) if size else b""


def numbers(bits: int, size: int) -> Iterator[int]:
    """The documents of a set in ascending order."""
    if not bits:
        return iter(())
    if bits.bit_count() * 40 < size:
        return _few(bits)
    return compress(range(size), flags(bits, size))


def _few(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
