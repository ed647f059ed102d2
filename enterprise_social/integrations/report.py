"""What an import did, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import gettext as _

MOST_PROBLEMS = 200


@dataclass
class Counts:
    """How many things of one sort were imported, were already there, or were left out."""

    imported: int = 0
    existing: int = 0
    skipped: int = 0


@dataclass
class ImportReport:
    """The outcome of an import.

    ``posts`` are those that begin something, ``replies`` those in a thread. ``files`` count
    what is kept with its post. ``skip_reasons`` says per sort why how many were
    left out; ``problems`` are lines for people, the same one only once.
    """

    people: Counts = field(default_factory=Counts)
    channels: Counts = field(default_factory=Counts)
    posts: Counts = field(default_factory=Counts)
    replies: Counts = field(default_factory=Counts)
    reactions: Counts = field(default_factory=Counts)
    files: Counts = field(default_factory=Counts)
    skip_reasons: dict[str, Counter[str]] = field(default_factory=dict)
    _problems: dict[str, None] = field(default_factory=dict)
    _untold: int = 0

    def skip(self, sort: str, reason: str, count: int = 1) -> None:
        """Count `count` things of `sort` ("posts" and so on) as left out because of `reason`."""
        if not count:
            return
        counts: Counts = getattr(self, sort)
        counts.skipped += count
        self.skip_reasons.setdefault(sort, Counter())[reason] += count

    def problem(self, line: str) -> None:
        """Note what somebody should look at; only the first 200 different lines are kept."""
        if line in self._problems:
            return
        if len(self._problems) < MOST_PROBLEMS:
            self._problems[line] = None
        else:
            self._untold += 1

    @property
    def problems(self) -> list[str]:
        """The lines, the last one saying how many more there are, if any."""
        lines = list(self._problems)
        if self._untold:
            lines.append(_("… and %(count)d more", count=self._untold))
        return lines

    def sorts(self) -> dict[str, Counts]:
        """The six counts by name, in the order in which they are told."""
        return {
            "people": self.people,
            "channels": self.channels,
            "posts": self.posts,
            "replies": self.replies,
            "reactions": self.reactions,
            "files": self.files,
        }

    def as_dict(self) -> dict[str, Any]:
        """The report as it is written as JSON."""
        counted: dict[str, Any] = {name: asdict(counts) for name, counts in self.sorts().items()}
        reasons = {sort: dict(reasons) for sort, reasons in self.skip_reasons.items()}
        return {**counted, "problems": self.problems, "skip_reasons": reasons}
