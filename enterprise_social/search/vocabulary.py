"""Finds the word that was meant, in memory: Whoosh's own search for near words takes seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA


class Vocabulary:
    """The words of an index and in how many documents each stands, about: segments only add to it.

    A word that is in no post any more does no harm, since whoever corrects looks it up again.
    """

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._by_length: dict[int, list[str]] = {}
        self._learnt: set[str] = set()
        self._lock = threading.Lock()

    def learn(self, name: str, read: Callable[[], Iterable[tuple[str, int]]]) -> None:
        """Adds the words of a segment, once for each name."""
        with self._lock:
            if name in self._learnt:
                return
            for word, documents in read():
                known = self.counts.get(word)
                if known is None:
                    self._by_length.setdefault(len(word), []).append(word)
                self.counts[word] = (known or 0) + documents
            self._learnt.add(name)

    def near(self, word: str, limit: int = 12) -> list[str]:
        """Words a slip or two away (optimal string alignment distance: one letter wrong, missing,
        doubled, or two swapped), the likeliest first; for a long word also those that hold it.
        """
        allowed = 0 if len(word) < 3 or word.isdigit() else 1 if len(word) < 7 else 2
        found: list[tuple[float, str]] = []
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            near = process.extract(
                word,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=allowed,
                limit=None,
            )
            found += [(self._unlikelihood(word, other, slips), other) for other, slips, _ in near]
        found = [entry for entry in found if entry[1] != word]
        if len(word) >= 4:
            holding = [other for other in list(self.counts) if word in other and other != word]
            holding.sort(key=lambda other: (len(other), -self.counts[other]))
            found += [(10.0 + place, other) for place, other in enumerate(holding[:limit])]
        found.sort()
        return [other for _, other in found[:limit]]

    def _unlikelihood(self, word: str, other: str, slips: int) -> float:
        """First letters are seldom wrong, and frequent words are meant more often."""
        return slips + 0.6 * (word[0] != other[0]) + 0.5 / (1 + self.counts[other])

    def __len__(self) -> int:
        return len(self.counts)
