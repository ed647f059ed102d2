"""How a way carries its deliveries: claimed in batches, tried, and what came of it written down.

Each delivery is recorded right after it was handed over, one by one: a crash can double at most
the one that was on its way. What the other side's trouble stops is put off as a whole.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask, current_app

from enterprise_social.announcements.actions import delivering
from enterprise_social.announcements.actions.delivering import Due
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, is_sqlite

log = logging.getLogger(__name__)
# After this a turn ends and calls for another: a stop needn't wait for twenty thousand mails.
TURN_SECONDS = 2.0
# The all-clear stops every step within a second; asking for each single mail would cost as much
# as sending it.
ASK_AGAIN_SECONDS = 0.2
# What is claimed again and again and never recorded brings its carrier down.
MOST_CLAIMS = delivering.MOST_ATTEMPTS + 3
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=60)


class OtherSideAway(Exception):
    """Nothing can be handed over by this way now, whoever it is for; the message says why."""

    def __init__(self, reason: str, *, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass
class Batch:
    """Claimed deliveries, and what is still to be said of each."""

    dues: Sequence[Due]
    left: set[int] = field(init=False)
    reached: set[int] = field(init=False, default_factory=set)
    _wanted: set[int] = field(init=False, default_factory=set)
    _asked_at: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self.left = {due.id for due in self.dues}

    def wanted(self, due: Due) -> bool:
        """Tell whether it is still wanted, as of a moment ago: asked right before it is sent.

        What is not is skipped the next time that it is claimed.
        """
        if time.monotonic() - self._asked_at > ASK_AGAIN_SECONDS:
            self._wanted = delivering.still_due(sorted(self.left))
            finish_reading()
            self._asked_at = time.monotonic()
        if due.id in self._wanted:
            return True
        delivering.put_off([due.id], now())
        self.left.discard(due.id)
        return False

    def sent(self, due: Due) -> None:
        """Write down that it was handed over."""
        delivering.record_handed_over(due)
        self.left.discard(due.id)
        self.reached.add(due.announcement_id)

    def failed(
        self, due: Due, problem: str, *, for_good: bool = False, wait: timedelta | None = None
    ) -> None:
        """Write down why it was not taken; ``wait`` is when the other side wants it again."""
        delivering.record_failed(due.id, problem, for_good=for_good, wait=wait)
        self.left.discard(due.id)

    def put_off(self, due: Due, until: datetime, problem: str) -> None:
        """It was not tried, as what it goes through is away."""
        delivering.put_off([due.id], until, problem)
        self.left.discard(due.id)


class Pause:
    """How long a way is left alone after the other side was away, longer each time in a row."""

    def __init__(self) -> None:
        self.until: datetime | None = None
        self._times = 0

    def begin(self, wait: timedelta | None) -> datetime:
        """Leave the way alone from now on and return until when."""
        grown = min(FIRST_PAUSE * 2 ** min(self._times, 10), LONGEST_PAUSE)
        self._times += 1
        self.until = now() + (wait or grown)
        return self.until

    def end(self) -> None:
        """Something was handed over: all is well."""
        self.until, self._times = None, 0


Carry = Callable[[Batch], None]


def carry_out(way: str, carry: Carry, *, most: int) -> None:
    """Carry what is due by a way, and have the rest looked for when it is.

    ``carry`` hands over the deliveries of a batch of up to ``most`` and says of each what came of
    it; it raises OtherSideAway where that can't go on.
    """
    _take_over(way)
    pause = _pause(way)
    if pause.until is not None and pause.until > now():
        delivering.call_again(way, pause.until)
        return
    ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends:
        batch = Batch(delivering.claim_deliveries(way, most))
        if not batch.dues:
            due = delivering.next_try(way)
            finish_reading()
            if due is not None:
                delivering.call_again(way, max(due, now()))
            return
        if not _carry_batch(way, carry, batch, pause):
            return
    delivering.call_again(way, now())


def _take_over(way: str) -> None:
    """Free what an earlier process had claimed, where there can be only this one (SQLite)."""
    begun: set[str] = current_app.extensions.setdefault("announcement_ways", set())
    if way not in begun and is_sqlite():
        delivering.free_claims(way)
    begun.add(way)


def _carry_batch(way: str, carry: Carry, batch: Batch, pause: Pause) -> bool:
    for due in batch.dues:
        if due.attempts > MOST_CLAIMS:
            batch.failed(due, "tried too often without an outcome", for_good=True)
    batch.dues = [due for due in batch.dues if due.id in batch.left]
    try:
        with _held(batch):
            carry(batch)
    except OtherSideAway as error:
        log.warning("%s can't be sent now: %s", way, error)
        db.session.rollback()
        until = pause.begin(error.wait)
        delivering.put_off(batch.left, until, str(error))
        delivering.call_again(way, until)
        return False
    finally:
        if batch.reached:
            pause.end()
            delivering.tell_progress(batch.reached)
    return True


def _pause(way: str) -> Pause:
    pauses: dict[str, Pause] = current_app.extensions.setdefault("announcement_pauses", {})
    return pauses.setdefault(way, Pause())


@contextmanager
def _held(batch: Batch) -> Iterator[None]:
    """Hold on to the claims of a batch that takes its time."""
    done = threading.Event()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    every = delivering.CLAIM.total_seconds() / 3

    def hold() -> None:
        while not done.wait(every):
            try:
                with app.app_context():
                    delivering.hold_deliveries(set(batch.left))
            except Exception:
                log.exception("the claims could not be held on to")

    timer = threading.Thread(target=hold, name="claims", daemon=True)
    timer.start()
    try:
        yield
    finally:
        done.set()
        timer.join()
