"""How many of each emoji stand under a post, as the post keeps it.

A list of ``[name, count]`` in the order in which the emoji first came; one of the organisation's
own has the token of its picture as a third part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from enterprise_social.reactions.emoji import characters_of

Counts = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Chip:
    """One emoji under a post; ``token`` is that of the picture of one of the organisation's own."""

    name: str
    count: int
    characters: str
    token: str

    @property
    def words(self) -> str:
        """The name as words, for those who are read it."""
        name, _colons, _tone = self.name.partition("::")
        return name.replace("_", " ")


def chips(counts: Counts | None) -> list[Chip]:
    """Return what is shown of counts."""
    return [
        Chip(each[0], each[1], characters_of(each[0]), each[2] if len(each) > 2 else "")
        for each in counts or ()
    ]


def count_of(counts: Counts | None, name: str) -> int:
    """Return how often an emoji was chosen."""
    return next((int(each[1]) for each in counts or () if each[0] == name), 0)


def raised(counts: Counts | None, name: str, token: str = "") -> list[list[Any]]:
    """Return the counts with one more of an emoji."""
    found = [list(each) for each in counts or ()]
    for each in found:
        if each[0] == name:
            each[1] += 1
            return found
    return [*found, [name, 1, token] if token else [name, 1]]


def lowered(counts: Counts | None, name: str) -> list[list[Any]]:
    """Return the counts with one less of an emoji; it goes with the last one."""
    found = [list(each) for each in counts or ()]
    for each in found:
        if each[0] == name:
            each[1] -= 1
    return [each for each in found if each[1] > 0]


def counted(rows: Iterable[tuple[str, int]], tokens: dict[str, str]) -> list[list[Any]]:
    """Return the counts of pairs of a name and how often it was chosen, in their order."""
    return [
        [name, count, tokens[name]] if name in tokens else [name, count] for name, count in rows
    ]
