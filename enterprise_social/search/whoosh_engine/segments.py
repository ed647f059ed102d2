"""A segment of the index as the web process reads it: its numbers, and postings decoded once.

A segment's files never change, so what was decoded stays true for as long as the segment lives;
only its deletions do, and those belong to the `Snapshot`.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from sys import byteorder
from typing import Any

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.reading import SegmentReader, TermNotFound

from enterprise_social.search.whoosh_engine import bits
from enterprise_social.search.whoosh_engine.schema import NUMBERS, unpack_places

#: Okapi BM25's two constants (Robertson and Zaragoza, "The Probabilistic Relevance Framework").
K1 = 1.2
B = 0.75


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term stands in a segment: documents ascending, how often in each (None: once
    everywhere), BM25's weight of that, and the documents as a set."""

    documents: array[int]
    counts: array[float] | None
    impacts: array[float]
    bits: int

    @property
    def cost(self) -> int:
        """Bytes that keeping it takes, about."""
        return 400 + len(self.documents) * 9 + self.bits.bit_length() // 8


_NOTHING = Postings(array("I"), None, array("f"), 0)


class PostingsCache:
    """Keeps the decoded postings that were asked for last, up to some megabytes."""

    def __init__(self, limit: int = 24_000_000) -> None:
        self.limit = limit
        self._kept: OrderedDict[tuple[str, str, str], Postings] = OrderedDict()
        self._cost = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str, str]) -> Postings | None:
        """What was kept under (segment, field, term)."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: tuple[str, str, str], postings: Postings) -> None:
        """Keeps it, and lets go of what was asked for longest ago."""
        with self._lock:
            if key in self._kept:
                return
            self._kept[key] = postings
            self._cost += postings.cost
            while self._cost > self.limit:
                self._cost -= self._kept.popitem(last=False)[1].cost


class Segment:
    """One segment: `size` documents (deleted ones among them) and their numbers by document."""

    def __init__(self, storage: Any, schema: Any, segment: Any, cache: PostingsCache) -> None:
        self.name: str = segment.segment_id()
        self.size: int = segment.doc_count_all()
        self._reader = SegmentReader(storage, schema, segment)
        self._cache = cache
        self._lock = threading.Lock()
        # Its file is closed once the last search that reads it is done.
        weakref.finalize(self, _close, self._reader)
        numbers = {name: _load(self._reader, name, self.size) for name in NUMBERS}
        self.post_ids, self.channel_ids = numbers["post_id"], numbers["channel_id"]
        self.author_ids, self.root_ids = numbers["author_id"], numbers["root_id"]
        self.created, self.changed = numbers["created"], numbers["changed_seq"]
        self.lengths = array("I", numbers["length"])
        self.words = sum(self.lengths)
        self.oldest, self.newest = min(self.created), max(self.created)

    @cached_property
    def channels(self) -> dict[int, int]:
        """The documents of each channel."""
        return _group(self.channel_ids, self.size)

    @cached_property
    def authors(self) -> dict[int, int]:
        """The documents of each author."""
        return _group(self.author_ids, self.size)

    @cached_property
    def replies(self) -> int:
        """The documents that are replies."""
        pairs = enumerate(zip(self.post_ids, self.root_ids, strict=True))
        return bits.of((at for at, (post, root) in pairs if post != root), self.size)

    @cached_property
    def answered(self) -> frozenset[int]:
        """The roots that replies in this segment belong to, deleted ones included."""
        return self.answered_by(self.replies)

    def answered_by(self, replies: int) -> frozenset[int]:
        """The roots that these documents belong to."""
        roots = self.root_ids
        return frozenset(roots[at] for at in bits.numbers(replies, self.size))

    @cached_property
    def marks(self) -> dict[int, int]:
        """The highest change number of each channel."""
        marks: dict[int, int] = {}
        for channel_id, seq in zip(self.channel_ids, self.changed, strict=True):
            if seq > marks.get(channel_id, -1):
                marks[channel_id] = seq
        return marks

    def vocabulary(self) -> list[str]:
        """Every word of the segment."""
        with self._lock:
            return [text.decode() for text in self._reader.lexicon("text")]

    def written_between(self, since: int | None, until: int | None) -> int:
        """The documents with since ≤ created < until (microseconds, None: open)."""
        low = self.oldest if since is None else since
        high = self.newest + 1 if until is None else until
        if low <= self.oldest and self.newest < high:
            return bits.everything(self.size)
        if high <= self.oldest or low > self.newest:
            return 0
        return bits.of((at for at, t in enumerate(self.created) if low <= t < high), self.size)

    def postings(self, field: str, term: str, average: float = 10.0) -> Postings:
        """Where a term of `text`, `stem` or `facts` stands; `average` is the usual length of a
        post in words, for BM25."""
        key = (self.name, field, term)
        found = self._cache.get(key)
        if found is None:
            with self._lock:
                found = self._decode(field, term.encode(), average)
            self._cache.put(key, found)
        return found

    def positions(self, term: str, wanted: int) -> dict[int, array[int]]:
        """The places of a word in each of the wanted documents."""
        places: dict[int, array[int]] = {}
        chosen = bits.flags(wanted, self.size)
        with self._lock:
            try:
                matcher = self._reader.postings("text", term.encode())
            except TermNotFound:
                return places
            while matcher.is_active():
                number = matcher.id()
                if not isinstance(matcher, W3LeafMatcher):
                    if chosen[number]:
                        places[number] = unpack_places(matcher.value())
                    matcher.next()
                    continue
                numbers = [(at, n) for at, n in enumerate(matcher._ids) if chosen[n]]  # noqa: SLF001
                if numbers:
                    matcher.value()
                    values = matcher._values  # noqa: SLF001
                    places.update((n, unpack_places(values[at])) for at, n in numbers)
                matcher._next_block()  # noqa: SLF001
        return places

    def starting_with(self, prefix: str) -> list[str]:
        """The words of the segment that begin so."""
        with self._lock:
            return [text.decode() for text in self._reader.expand_prefix("text", prefix)]

    def _decode(self, field: str, term: bytes, average: float) -> Postings:
        try:
            matcher = self._reader.postings(field, term)
        except TermNotFound:
            return _NOTHING
        documents, counts = array("I"), array("f")
        while matcher.is_active():
            if isinstance(matcher, W3LeafMatcher):
                # A block of 128 at a time; asking for each posting costs five times as much.
                matcher.id()
                matcher.weight()
                documents.extend(matcher._ids)  # noqa: SLF001
                counts.extend(matcher._weights)  # noqa: SLF001
                matcher._next_block()  # noqa: SLF001
            else:
                documents.append(matcher.id())
                counts.append(matcher.weight())
                matcher.next()
        short, slope = K1 * (1 - B), K1 * B / (average or 1.0)
        lengths = self.lengths
        impacts = array(
            "f",
            [
                count * (K1 + 1) / (count + short + slope * lengths[at])
                for at, count in zip(documents, counts, strict=True)
            ],
        )
        once = all(count == 1.0 for count in counts)
        return Postings(documents, None if once else counts, impacts, bits.of(documents, self.size))


def _close(reader: Any) -> None:
    with contextlib.suppress(Exception):
        reader.close()


def _group(owners: array[int], size: int) -> dict[int, int]:
    members: dict[int, list[int]] = {}
    for at, owner in enumerate(owners):
        members.setdefault(owner, []).append(at)
    return {owner: bits.of(found, size) for owner, found in members.items()}


def _load(reader: Any, name: str, size: int) -> array[int]:
    """A column of 64-bit numbers at once. Whoosh writes big-endian and leaves out zeros at the
    end; its own reader unpacks number by number."""
    numbers = array("q")
    if reader.has_column(name):
        column = reader.column_reader(name, translate=False)
        place, length = column._basepos, column._count * 8  # noqa: SLF001
        numbers.frombytes(column._dbfile.get(place, length))  # noqa: SLF001
        if byteorder == "little":
            numbers.byteswap()
    numbers.extend([0] * (size - len(numbers)))
    return numbers
