"""Finds the word that was meant, in memory: Whoosh's own search for near words takes seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA


class Vocabulary:
    """The words of an index: segments only add to it.

    A word that is in no post any more does no harm, since whoever corrects looks it up again. How
    often a word stands in posts is not kept: it would let those who may not read them guess.
    """

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._by_length: dict[int, list[str]] = {}
        self._learnt: set[str] = set()
        self._lock = threading.Lock()

    def learn(self, name: str, read: Callable[[], Iterable[str]]) -> None:
        """Adds the words of a segment, once for each name."""
        with self._lock:
            if name in self._learnt:
                return
            for word in read():
                if word not in self._words:
                    self._by_length.setdefault(len(word), []).append(word)
                    self._words.add(word)
            self._learnt.add(name)

    def near(self, word: str, limit: int = 60) -> list[str]:
        """Words a slip or two away (optimal string alignment distance: one letter wrong, missing,
        doubled, or two swapped), the likeliest first; for a long word also those that hold it.

        Their order follows from their spelling alone. There are many of them, so that words which
        the searcher may not read don't crowd out those that they may.
        """
        allowed = 0 if len(word) < 3 or word.isdigit() else 1 if len(word) < 7 else 2
        found: list[tuple[float, bool, int, str]] = []
        for length in range(len(word) - allowed, len(word) + allowed + 1):
            near = process.extract(
                word,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=allowed,
                limit=None,
            )
            found += [_unlikelihood(word, other, slips) for other, slips, _ in near]
        alike = [other for *_, other in sorted(found) if other != word]
        holding: list[str] = []
        if len(word) >= 4:
            known = set(alike)
            holding = [w for w in list(self._words) if word in w and w != word and w not in known]
            holding.sort(key=lambda other: (len(other), other))
        return [*alike, *holding][:limit]

    def __len__(self) -> int:
        return len(self._words)


def _unlikelihood(word: str, other: str, slips: int) -> tuple[float, bool, int, str]:
    """First letters are seldom wrong, and words are left unfinished more often than misspelt."""
    unfinished = other.startswith(word)
    return (slips + 0.6 * (word[0] != other[0]), not unfinished, abs(len(word) - len(other)), other)
