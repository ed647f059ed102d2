"""The worker loop: takes due jobs from the outbox and calls their listeners."""

from __future__ import annotations

import fcntl
import logging
import threading
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from flask import Flask

from enterprise_social.core import daily, events, outages, outbox
from enterprise_social.core.db import db, is_sqlite

log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 1.0
# Batches that follow one another wait this long, so that a burst is few batches and not many.
GATHER_SECONDS = 0.15


class Worker:
    """Runs the outbox, in a thread of the web process or alone."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._lane_threads: list[threading.Thread] = []
        self._lock_file: IO[str] | None = None
        # What is claimed and not done yet: held on to while it takes its time.
        self._claimed: set[int] = set()

    def start(self) -> None:
        """Run in a thread of this process."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Stop after the batch at hand; the rest stays for whoever works next."""
        self._stopping.set()
        self._app.extensions["search_keeper"].stop()
        outbox.wake.set_local()
        deadline = time.monotonic() + seconds
        for thread in (self._thread, *self._lane_threads):
            if thread is not None and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))
        if self._lock_file is not None and (self._thread is None or not self._thread.is_alive()):
            self._lock_file.close()

    def run(self) -> None:
        """Work until stopped."""
        if not self._become_the_one():
            return
        threading.Thread(target=self._hold_claims, name="claims", daemon=True).start()
        self._app.extensions["search_keeper"].start()
        lanes = events.lanes()
        for title, names in lanes.items():
            # A mail server that takes its time must not keep posts from being found.
            lane = outbox.Lane(title, names, only=True)
            thread = threading.Thread(
                target=self._run_lane, args=(lane,), name=f"worker-{title}", daemon=True
            )
            self._lane_threads.append(thread)
            thread.start()
        self._plan_the_day()
        elsewhere = [name for names in lanes.values() for name in names]
        self._run_lane(outbox.Lane(events.MAIN, elsewhere))

    def _plan_the_day(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._app.app_context():
                    daily.plan()
            except Exception:
                log.exception("the day could not be planned")
                self._stopping.wait(LOOK_EVERY_SECONDS)
            else:
                return

    def _run_lane(self, lane: outbox.Lane) -> None:
        while not self._stopping.is_set():
            try:
                done = self.run_due(lane)
            except outages.DATABASE_AWAY as error:
                outages.note(error)
                done = 0
                self._stopping.wait(LOOK_EVERY_SECONDS)
            except Exception:
                log.exception("the worker could not look for jobs")
                done = 0
                self._stopping.wait(LOOK_EVERY_SECONDS)
            if not done:
                outbox.wake.wait(lane.title, LOOK_EVERY_SECONDS)
            self._stopping.wait(GATHER_SECONDS)

    def run_due(self, lane: outbox.Lane = outbox.EVERY_LANE) -> int:
        """Carry out the jobs of a lane that are due now and return how many there were."""
        with self._app.app_context():
            jobs = outbox.due(lane=lane)
            db.session.remove()
            mine = {job.id for job in jobs}
            self._claimed.update(mine)
            for name, group in groupby(
                sorted(jobs, key=_by_listener), key=lambda job: job.listener
            ):
                self._run_listener(name, list(group))
            self._claimed.difference_update(mine)
            return len(jobs)

    def run_until_idle(self, seconds: float = 60.0) -> None:
        """Work until nothing is due; for commands and tests."""
        deadline = time.monotonic() + seconds
        while self.run_due() and time.monotonic() < deadline:
            pass

    def _run_listener(self, name: str, jobs: Sequence[Any]) -> None:
        listener = events.listener(name)
        if listener is None:
            # A version that no longer has it: nothing will ever carry it out.
            log.error("no listener %s", name)
            outbox.finish([job.id for job in jobs])
            return
        size = max(1, listener.batch)
        for start in range(0, len(jobs), size):
            if self._stopping.is_set():
                outbox.release([job.id for job in jobs[start:]])
                return
            self._run_batch(listener, jobs[start : start + size])

    def _hold_claims(self) -> None:
        """Keep other workers from jobs that take longer than a claim lasts."""
        with self._app.app_context():
            if is_sqlite():
                return
        while not self._stopping.wait(outbox.CLAIM.total_seconds() / 3):
            claimed = list(self._claimed)
            if not claimed:
                continue
            try:
                with self._app.app_context():
                    outbox.hold(claimed)
            except Exception:
                log.exception("the claims could not be held on to")

    def _run_batch(self, listener: events.Listener, jobs: Sequence[Any]) -> None:
        try:
            loaded = [events.load(job.event, job.payload) for job in jobs]
            listener.function(loaded if listener.batch > 1 else loaded[0])
        except Exception as error:
            db.session.rollback()
            if len(jobs) > 1:
                # One bad job must not hold the others back.
                for job in jobs:
                    self._run_batch(listener, [job])
                return
            log.warning("job %s of %s failed", jobs[0].id, listener.name, exc_info=True)
            self._claimed.discard(jobs[0].id)
            outbox.fail(jobs[0].id, f"{type(error).__name__}: {error}")
            return
        self._claimed.difference_update(job.id for job in jobs)
        outbox.finish([job.id for job in jobs])

    def _become_the_one(self) -> bool:
        """SQLite has one worker: whoever holds the lock file. The others wait for their turn."""
        with self._app.app_context():
            if not is_sqlite():
                return True
        path = Path(self._app.config["DATA_DIR"]) / "worker.lock"
        self._lock_file = path.open("w")
        while not self._stopping.is_set():
            try:
                fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self._stopping.wait(LOOK_EVERY_SECONDS)
            else:
                return True
        return False


def _by_listener(job: Any) -> tuple[str, int]:
    return (job.listener, job.id)
