"""One answer for many who ask for the same within a moment, as they do after a lost connection.

Only what is the same for all who may have it, and only after it was asked whether they may.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

KEPT = 200
SECONDS = 1.0


class Crowds:
    """Answers by what they answer, each made once a moment."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()

    def answer(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return what ``make`` returns, or returned to somebody else just now.

        While one makes it, the others who want it wait. What fails is kept for nobody.
        """
        with self._lock:
            self._drop_the_old()
            found = self._answers.get(key)
            if found is None:
                found = self._answers[key] = _Answer(self._clock() + SECONDS)
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        with found.making:
            if found.content is None:
                found.content = make()
            return found.content

    def _drop_the_old(self) -> None:
        """Let go what is given to nobody any more; some are megabytes."""
        moment = self._clock()
        # They stand in the order in which they were asked for.
        while self._answers and next(iter(self._answers.values())).until < moment:
            self._answers.popitem(last=False)


class _Answer:
    """One answer; it may be made for as long as it is kept."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.making = threading.Lock()
        self.content: bytes | None = None
