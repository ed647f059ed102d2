"""What each person got to see of each channel, by number, and the judgement on it in the end.

Every change of a channel has the number after the one before it. Somebody is *promised* everything
from the number at which a channel stood when they began to hear it (the page's, or what the server
said at the connection). While they were away, the server may tell them by the number alone how far
a channel is that they don't show (a browser then fetches its rail): that stretch is *told*, not
lost.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Key = tuple[int, int]


@dataclass
class Seen:
    """One channel as one person got to see it."""

    since: int
    shown: array[int] = field(default_factory=lambda: array("q"))
    told: list[Key] = field(default_factory=list)  # after the first, up to the second
    found: set[int] = field(default_factory=set)  # when it was opened in the end

    def promised(self, until: int) -> set[int]:
        """Return the numbers that must have been shown."""
        found = set(range(self.since + 1, until + 1))
        for after, to in self.told:
            found.difference_update(range(after + 1, to + 1))
        return found


@dataclass
class Verdict:
    """How many deliveries were expected, and what was wrong with them."""

    expected: int = 0
    shown: int = 0
    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    told: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether every message came to everybody once and in order."""
        return not (self.lost or self.doubled or self.reordered)

    def note(self, text: str) -> None:
        """Keep an example of what was wrong."""
        if len(self.examples) < 20:
            self.examples.append(text)


class Ledger:
    """All people of one process."""

    def __init__(self) -> None:
        self.seen: dict[Key, Seen] = {}
        self.receipts: dict[Key, array[float]] = {}

    def begin(self, person: int, channel: int, seq: int) -> None:
        """Promise somebody all that comes after ``seq``, unless they were promised more before."""
        self.seen.setdefault((person, channel), Seen(seq))

    def shows(self, person: int, channel: int, seq: int, moment: float) -> None:
        """Note that somebody got to see a change."""
        self.seen[person, channel].shown.append(seq)
        receipts = self.receipts.get((channel, seq))
        if receipts is None:
            receipts = self.receipts[channel, seq] = array("d")
        receipts.append(moment)

    def tells(self, person: int, channel: int, after: int, to: int) -> None:
        """Note that somebody learnt by the number alone that a channel went on."""
        self.seen[person, channel].told.append((after, to))

    def told(self, person: int) -> dict[int, int]:
        """Return of which channels somebody was told by number alone, and after which number."""
        return {
            channel: min(after for after, _to in one.told)
            for (who, channel), one in self.seen.items()
            if who == person and one.told
        }

    def opens(self, person: int, channel: int, seqs: Iterable[int]) -> None:
        """Note what was there when somebody opened a channel that they had been told of.

        From now on everything in it counts as promised: what isn't among ``seqs`` is lost.
        """
        one = self.seen[person, channel]
        one.told.clear()
        one.found.update(seqs)

    def judge(self, heads: Mapping[int, int]) -> Verdict:
        """Compare with where the channels stand: channel id → number of its last change."""
        return judge(self.seen.items(), heads)


def judge(seen: Iterable[tuple[Key, Seen]], heads: Mapping[int, int]) -> Verdict:
    """Count what was lost, doubled and reordered."""
    verdict = Verdict()
    for (person, channel), one in seen:
        promised = one.promised(heads.get(channel, one.since))
        shown = set(one.shown)
        lost = promised - shown - one.found
        verdict.expected += len(promised)
        verdict.shown += len(one.shown)
        verdict.lost += len(lost)
        verdict.doubled += len(one.shown) - len(shown)
        verdict.told += sum(to - after for after, to in one.told)
        if lost:
            verdict.note(f"person {person} never saw {_few(lost)} of channel {channel}")
        if len(shown) < len(one.shown):
            verdict.note(f"person {person} saw some of channel {channel} twice")
        newest = 0
        for seq in one.shown:
            if seq < newest:
                verdict.reordered += 1
                verdict.note(f"person {person} saw {seq} of channel {channel} after {newest}")
            newest = max(newest, seq)
    return verdict


def _few(numbers: set[int]) -> str:
    ordered = sorted(numbers)
    shown = ", ".join(map(str, ordered[:5]))
    return f"{shown} and {len(ordered) - 5} more" if len(ordered) > 5 else shown
