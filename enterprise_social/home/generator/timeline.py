"""Who speaks when: the order of all that is said, and the number that each change takes."""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from enterprise_social.home.generator.places import Place
from enterprise_social.home.generator.sizes import SLICE, Size

POST, EDIT, REACTION = 0, 1, 2
_EDITS, _REACTIONS = 0.02, 0.2  # for each post
_MEAN_BURST = 3.0  # of what is said in one place before something is said elsewhere


@dataclass
class Job:
    """A stretch of time: in which place (of the list) each thing happens, as which change."""

    first: int
    first_post: int
    places: array[int]
    seqs: array[int]
    kinds: bytearray

    @property
    def posts(self) -> int:
        """How many of them are posts."""
        return self.kinds.count(POST)


class Timeline:
    """All that happens, in its order; it counts the places' changes as it is made."""

    def __init__(self, size: Size, places: Sequence[Place]) -> None:
        dice = random.Random(f"timeline {size.seed}")
        edits, reactions = int(size.posts * _EDITS), int(size.posts * _REACTIONS)
        self.count = size.posts + edits + reactions
        self.kinds = bytearray(self.count)
        for at, number in enumerate(dice.sample(range(self.count), edits + reactions)):
            self.kinds[number] = EDIT if at < edits else REACTION
        self.places = array("I")
        weights = list(accumulate(place.weight for place in places))
        while len(self.places) < self.count:
            for place in dice.choices(range(len(places)), cum_weights=weights, k=10_000):
                length = 1 + int(dice.expovariate(1 / _MEAN_BURST))
                self.places.extend([place] * length)
        del self.places[self.count :]
        self.seqs = self._number(places)

    def _number(self, places: Sequence[Place]) -> array[int]:
        """Give each thing the next number of its place."""
        last = [place.seq for place in places]
        seqs = array("Q", bytes(8 * self.count))
        for number, place in enumerate(self.places):
            last[place] += 1
            seqs[number] = last[place]
        for counted, seq in zip(places, last, strict=True):
            counted.seq = seq
        return seqs

    def jobs(self, first_post: int) -> Iterator[Job]:
        """Cut it into stretches."""
        for first in range(0, self.count, SLICE):
            until = min(self.count, first + SLICE)
            job = Job(
                first,
                first_post,
                self.places[first:until],
                self.seqs[first:until],
                self.kinds[first:until],
            )
            first_post += job.posts
            yield job
