"""How large an organisation is wanted, and who can sign in to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

YEARS = 3
# A slice is what a process writes at once: so many things that happen one after another.
SLICE = 10_000
# The first people; their seats are in so many channels, to try what many channels cost.
BUSY_SEATS = 200
BUSY = (
    ("admin", "demo-admin-large"),
    ("manager", "demo-manager-large"),
    ("employee", "demo-employee-large"),
)
DOMAIN = "large.example"


@dataclass(frozen=True)
class Size:
    """What is wanted. ``channels`` doesn't count direct conversations."""

    people: int
    channels: int
    posts: int
    seed: int = 1


@dataclass(frozen=True)
class Start:
    """From which ids on an organisation is numbered, and the moment at which it ends."""

    now: datetime
    person: int = 1
    channel: int = 1
    post: int = 1

    @property
    def mark(self) -> str:
        """What is added to names that must be unique, where others are here already."""
        return "" if self.person == 1 else f"-{self.person}"
