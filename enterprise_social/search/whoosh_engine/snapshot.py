"""The index as it is after one commit. Searches in flight keep theirs while a newer one is made."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Set
from functools import cached_property
from pathlib import Path

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from enterprise_social.search.vocabulary import Vocabulary
from enterprise_social.search.whoosh_engine import bits
from enterprise_social.search.whoosh_engine.schema import INDEX_NAME
from enterprise_social.search.whoosh_engine.segments import Postings, PostingsCache, Segment


class Snapshot:
    """Segments from the newest back, and the living documents of each.

    `generation` is Whoosh's number of the commit.
    """

    def __init__(
        self, generation: int, segments: list[tuple[Segment, int]], vocabulary: Vocabulary
    ) -> None:
        self.generation = generation
        self._vocabulary = vocabulary
        segments.sort(key=lambda pair: pair[0].newest, reverse=True)
        self.segments = [segment for segment, _ in segments]
        self.living = [living for _, living in segments]
        self.documents = sum(living.bit_count() for living in self.living)
        words = sum(segment.words for segment in self.segments)
        self.average = words / max(1, sum(segment.size for segment in self.segments))
        self._rights: OrderedDict[frozenset[int], list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def readable(self, channels: Set[int]) -> list[int]:
        """For each segment the living documents of these channels."""
        key = frozenset(channels)
        with self._lock:
            found = self._rights.get(key)
            if found is not None:
                self._rights.move_to_end(key)
                return found
        masks = []
        for segment, living in zip(self.segments, self.living, strict=True):
            mask = 0
            for channel_id in segment.channels.keys() & key:
                mask |= segment.channels[channel_id]
            masks.append(mask & living)
        with self._lock:
            self._rights[key] = masks
            while len(self._rights) > 64:
                self._rights.popitem(last=False)
        return masks

    def postings(self, at: int, field: str, term: str) -> Postings:
        """The postings of a term in the segment at this place."""
        return self.segments[at].postings(field, term, self.average)

    @property
    def vocabulary(self) -> Vocabulary:
        """Every word of the index; what segments of earlier snapshots held may be among them."""
        for segment in self.segments:
            self._vocabulary.learn(segment.name, segment.vocabulary)
        return self._vocabulary

    @cached_property
    def threads(self) -> frozenset[int]:
        """Roots that have at least one living reply."""
        found: set[int] = set()
        for segment, living in zip(self.segments, self.living, strict=True):
            whole = living == bits.everything(segment.size)
            found |= segment.answered if whole else segment.answered_by(segment.replies & living)
        return frozenset(found)

    @cached_property
    def marks(self) -> dict[int, int]:
        """The highest change number seen of each channel."""
        marks: dict[int, int] = {}
        for segment in self.segments:
            for channel_id, seq in segment.marks.items():
                marks[channel_id] = max(seq, marks.get(channel_id, seq))
        return marks


class Source:
    """Gives the latest snapshot of a folder; unchanged segments are taken over as they are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._storage = FileStorage(str(folder), supports_mmap=False, readonly=True)
        self._cache = PostingsCache()
        self._vocabulary = Vocabulary()
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    def latest(self) -> Snapshot:
        """The snapshot of the last commit. Raises OSError, or whatever a damaged file leads to."""
        current = self._snapshot
        generation = TOC._latest_generation(self._storage, INDEX_NAME)  # noqa: SLF001
        if current is not None and current.generation == generation:
            return current
        with self._lock:
            for attempt in range(20):
                try:
                    return self._open()
                except FileNotFoundError:
                    # The writer made the next commit meanwhile and cleared this one's files away.
                    if attempt == 19:
                        raise
                    time.sleep(0.01)
        raise AssertionError("unreachable")

    def _open(self) -> Snapshot:
        contents = TOC.read(self._storage, INDEX_NAME)
        current = self._snapshot
        if current is not None and current.generation == contents.generation:
            return current
        known = {segment.name: segment for segment in current.segments} if current else {}
        segments = []
        for entry in contents.segments:
            segment = known.get(entry.segment_id())
            if segment is None:
                segment = Segment(self._storage, contents.schema, entry, self._cache)
            living = bits.everything(segment.size)
            if entry.has_deletions():
                living &= ~bits.of(entry.deleted_docs(), segment.size)
            segments.append((segment, living))
        self._snapshot = Snapshot(contents.generation, segments, self._vocabulary)
        return self._snapshot
