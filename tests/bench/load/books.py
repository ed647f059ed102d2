"""What all people of one process write down."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.bench.load.inbox import Counts
from tests.bench.load.ledger import Ledger
from tests.bench.load.outbox import Sent


@dataclass
class Books:
    """What all people of one process write down."""

    ledger: Ledger = field(default_factory=Ledger)
    counts: Counts = field(default_factory=Counts)
    requests: list[tuple[float, str, int, float]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    # (announcement, person, when)
    announced: list[tuple[int, int, float]] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)

    def trouble(self, text: str) -> None:
        """Count something that should not have happened."""
        if text in self.troubles or len(self.troubles) < 200:
            self.troubles[text] = self.troubles.get(text, 0) + 1
