"""Finds the word that was meant, in memory: Whoosh's own search for near words takes seconds."""

from __future__ import annotations

from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA


class Vocabulary:
    """Every word of an index and in how many documents it stands."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts
        self._by_length: dict[int, list[str]] = {}
        for word in counts:
            self._by_length.setdefault(len(word), []).append(word)

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
            holding = [other for other in self.counts if word in other and other != word]
            holding.sort(key=lambda other: (len(other), -self.counts[other]))
            found += [(10.0 + place, other) for place, other in enumerate(holding[:limit])]
        found.sort()
        return [other for _, other in found[:limit]]

    def _unlikelihood(self, word: str, other: str, slips: int) -> float:
        """First letters are seldom wrong, and frequent words are meant more often."""
        return slips + 0.6 * (word[0] != other[0]) + 0.5 / (1 + self.counts[other])

    def __len__(self) -> int:
        return len(self.counts)
