"""The outbox: the job table that is written in the transaction of what it follows from."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Index, String, Text, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.actions import UnitOfWork, action, current_unit
from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, BigId, UTCDateTime, db, is_sqlite, table

# Held on to while the job is at work; so long others wait for a worker that was killed.
CLAIM = timedelta(seconds=20)
MOST_ATTEMPTS = 20
LONGEST_WAIT = timedelta(hours=1)


class OutboxJob(Base):
    """One listener's turn at one event."""

    __tablename__ = "outbox_jobs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    listener: Mapped[str] = mapped_column(String(120))
    event: Mapped[str] = mapped_column(String(120))
    payload: Mapped[str] = mapped_column(Text)
    run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "ix_outbox_jobs_due",
            "run_at",
            "id",
            sqlite_where=failed_at.is_(None),
            postgresql_where=failed_at.is_(None),
        ),
        Index(
            "ix_outbox_jobs_failed",
            "id",
            sqlite_where=failed_at.is_not(None),
            postgresql_where=failed_at.is_not(None),
        ),
    )


class Wake:
    """Wakes the worker of this process; the worker also looks by itself now and then."""

    def __init__(self) -> None:
        # One for each lane of the worker: an event wakes a single waiter reliably.
        self._events: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self.remote: Any = None  # set by the bus where workers run in other processes

    def set(self, lanes: Collection[str]) -> None:
        """Wake the worker's turns at these lanes here, and the others where there are any."""
        for lane in lanes:
            self._events[lane].set()
        if self.remote is not None:
            self.remote()

    def set_local(self) -> None:
        """Wake every turn of the worker of this process, and no other's."""
        for event in list(self._events.values()):
            event.set()

    def wait(self, lane: str, seconds: float) -> None:
        """Wait until woken, at most ``seconds``."""
        event = self._events[lane]
        event.wait(seconds)
        event.clear()


wake = Wake()
_INSERT = insert(table(OutboxJob)).values(attempts=0)


def enqueue(unit: UnitOfWork, rows: Sequence[dict[str, Any]], lanes: Collection[str]) -> None:
    """Add jobs to the running action; they are inserted in one statement before its commit."""
    waiting: list[dict[str, Any]] | None = unit.notes.get("outbox")
    if waiting is None:
        waiting = unit.notes["outbox"] = []
        woken: set[str] = unit.notes.setdefault("lanes", set())

        def write() -> None:
            db.session.execute(_INSERT, waiting)

        unit.before_commit.append(write)
        unit.after_commit.append(lambda: wake.set(woken))
    waiting.extend(rows)
    unit.notes["lanes"].update(lanes)


@dataclass(frozen=True)
class Lane:
    """Some of the listeners: those named, or all but those named."""

    title: str = "main"
    names: Sequence[str] = ()
    only: bool = False


EVERY_LANE = Lane()


def due(limit: int = 500, lane: Lane = EVERY_LANE) -> Sequence[Any]:
    """Return the jobs of a lane whose time has come, claimed for this worker on PostgreSQL.

    SQLite has one worker by a lock file, so a claim would only be one more write.
    """
    if is_sqlite():
        asked = {"moment": now(), "most": limit}
        rows = db.session.execute(_due_statement(tuple(lane.names), lane.only), asked).all()
        db.session.commit()
        return rows
    return _claim(limit, lane)


# Each lane looks once a second and after every write: the statements are built once.
@cache
def _due_statement(names: tuple[str, ...], only: bool) -> Any:
    jobs = table(OutboxJob).c
    moment = bindparam("moment", type_=UTCDateTime())
    of_lane = jobs.listener.in_(names) if only else jobs.listener.not_in(names)
    return (
        select(jobs.id, jobs.listener, jobs.event, jobs.payload)
        .where(jobs.run_at <= moment, jobs.failed_at.is_(None), of_lane)
        .where(jobs.claimed_until.is_(None) | (jobs.claimed_until < moment))
        .order_by(jobs.run_at, jobs.id)
        .limit(bindparam("most"))
    )


@cache
def _claiming(names: tuple[str, ...], only: bool) -> Any:
    jobs = table(OutboxJob).c
    chosen = _due_statement(names, only).with_only_columns(jobs.id)
    chosen = chosen.with_for_update(skip_locked=True)
    return (
        update(table(OutboxJob))
        .where(jobs.id.in_(chosen.scalar_subquery()))
        .values(claimed_until=bindparam("until", type_=UTCDateTime()))
        .returning(jobs.id, jobs.listener, jobs.event, jobs.payload)
    )


@action
def _claim(limit: int, lane: Lane) -> Sequence[Any]:
    moment = now()
    asked = {"moment": moment, "most": limit, "until": moment + CLAIM}
    rows = db.session.execute(_claiming(tuple(lane.names), lane.only), asked).all()
    return sorted(rows, key=lambda row: row.id)


@action
def hold(ids: Sequence[int]) -> None:
    """Hold claimed jobs longer: whoever claimed them is still at work."""
    db.session.execute(
        update(OutboxJob)
        .where(OutboxJob.id.in_(ids), OutboxJob.claimed_until.is_not(None))
        .values(claimed_until=now() + CLAIM)
        .execution_options(synchronize_session=False)
    )


@action
def finish(ids: Sequence[int]) -> None:
    """Take done jobs out of the table."""
    db.session.execute(
        delete(OutboxJob).where(OutboxJob.id.in_(ids)).execution_options(synchronize_session=False)
    )


@action
def release(ids: Sequence[int]) -> None:
    """Give claimed jobs back, undone, so that another worker needn't wait for the claim's end."""
    db.session.execute(
        update(OutboxJob)
        .where(OutboxJob.id.in_(ids))
        .values(claimed_until=None)
        .execution_options(synchronize_session=False)
    )


@action
def fail(identity: int, error: str) -> None:
    """Put a failed job off, doubling up to an hour; after the last attempt it stays as failed."""
    job = db.session.get(OutboxJob, identity)
    if job is None:
        return
    job.attempts += 1
    job.claimed_until = None
    job.last_error = error[:2000]
    job.run_at = now() + min(timedelta(seconds=2**job.attempts), LONGEST_WAIT)
    if job.attempts >= MOST_ATTEMPTS:
        job.failed_at = now()


@action
def retry(ids: Sequence[int] | None = None) -> int:
    """Begin given-up jobs anew, some or all of them; returns how many."""
    statement = update(OutboxJob).where(OutboxJob.failed_at.is_not(None))
    if ids is not None:
        statement = statement.where(OutboxJob.id.in_(ids))
    again = db.session.execute(
        statement.values(failed_at=None, attempts=0, run_at=now(), claimed_until=None)
        .returning(OutboxJob.id)
        .execution_options(synchronize_session=False)
    ).all()
    if again:
        current_unit().after_commit.append(_wake_all)
    return len(again)


@action
def drop(ids: Sequence[int]) -> int:
    """Throw given-up jobs away; returns how many."""
    gone = db.session.execute(
        delete(OutboxJob)
        .where(OutboxJob.id.in_(ids), OutboxJob.failed_at.is_not(None))
        .returning(OutboxJob.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(gone)


def _wake_all() -> None:
    wake.set_local()
    if wake.remote is not None:
        wake.remote()


def backlog() -> dict[str, int]:
    """Count the jobs that wait and those that failed for good."""
    failed = func.count(OutboxJob.failed_at)
    total, broken = db.session.execute(select(func.count(OutboxJob.id), failed)).one()
    return {"waiting": total - broken, "failed": broken}
