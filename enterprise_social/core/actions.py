"""Every write is one action: a named function, the actor first, one transaction.

The outermost action opens the transaction and commits it; actions called inside join it. On
SQLite writers wait for one another on a lock of this process before ``BEGIN IMMEDIATE``, because
the database's own busy wait is unfair and has a tail of seconds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask_babel import gettext as _
from sqlalchemy import bindparam, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.errors import NotFound, Unavailable

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M")

log = logging.getLogger(__name__)
_sqlite_writers = threading.Lock()
# On PostgreSQL two actions may write the same at once; the loser begins anew and sees the winner's.
MOST_TRIES = 3
# Serialization failure and deadlock (PostgreSQL's documentation, appendix A, class 40).
_LOST = {"40001", "40P01"}
# Where another process holds the database, those who wait must hear so, and not one by one.
LONGEST_TURN_SECONDS = 10.0


@dataclass
class UnitOfWork:
    """What the running action has gathered: to do before and after its commit."""

    before_commit: list[Callable[[], None]] = field(default_factory=list)
    # After all else: what locks a row that many wait for, held only for the commit.
    at_last: list[Callable[[], None]] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)


_current: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)


def current_unit() -> UnitOfWork:
    """Return the running action's unit of work.

    Raises RuntimeError where no action runs: writes belong into actions.
    """
    unit = _current.get()
    if unit is None:
        raise RuntimeError("this may only be called inside an action")
    return unit


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function an action: one transaction around its outermost call.

    Where another transaction wrote the same at the same moment the call is made again, so what it
    does outside the database it does by ``after_commit`` and ``announce`` alone.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _current.get() is not None:
            return function(*args, **kwargs)
        tries = 1 if is_sqlite() else MOST_TRIES
        for _another in range(tries - 1):
            try:
                with _unit():
                    return function(*args, **kwargs)
            except (DBAPIError, StaleDataError) as error:
                if not _lost_a_race(error):
                    raise
        with _unit():
            return function(*args, **kwargs)

    run.__dict__["is_action"] = True
    return run


def _lost_a_race(error: DBAPIError | StaleDataError) -> bool:
    if isinstance(error, IntegrityError | StaleDataError):
        return True
    return getattr(error.orig, "sqlstate", None) in _LOST


def after_commit(callback: Callable[[], None]) -> None:
    """Run ``callback`` once the running action is committed; it must be quick and not raise."""
    current_unit().after_commit.append(callback)


def afterwards(callback: Callable[[], None]) -> None:
    """Run ``callback`` when the running action is over, however it ended; at once without one.

    It may be an action of its own: what must be known although what it was about was refused.
    """
    unit = _current.get()
    if unit is None:
        callback()
    else:
        unit.afterwards.append(callback)


def lock(model: type[M], identity: int) -> M:
    """Lock one row until the action's end and return it as it is now.

    Raises NotFound where there is no such row.
    """
    current_unit()
    row: M | None = db.session.execute(
        _locking(cast(Any, model)), {"identity": identity}
    ).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


@cache
def _locking(model: type[Any]) -> Any:
    key = model.__mapper__.primary_key[0]
    return (
        select(model)
        .where(key == bindparam("identity"))
        # Without FOR UPDATE's lock on the key: rows that only name this one needn't wait for it.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def finish_reading() -> None:
    """End the transaction of what was read, before something slow that needs no database.

    Objects stay readable as they are.
    """
    db.session.commit()


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for this process's turn to write; raises Unavailable where it does not come."""
    if not _sqlite_writers.acquire(timeout=LONGEST_TURN_SECONDS):
        raise Unavailable(_("The database does not answer right now. Try again shortly."))
    try:
        yield
    finally:
        _sqlite_writers.release()


@contextmanager
def _unit() -> Iterator[None]:
    unit = UnitOfWork()
    try:
        with _transaction(unit):
            yield
    finally:
        for callback in unit.afterwards:
            try:
                callback()
            except Exception:
                log.exception("what follows from an action failed")


@contextmanager
def _transaction(unit: UnitOfWork) -> Iterator[None]:
    session: Session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("objects were changed outside an action")
    # What was read before is a snapshot of the past; a writer starts from the present.
    session.commit()
    sqlite = is_sqlite()
    with _turn() if sqlite else nullcontext():
        token = _current.set(unit)
        try:
            if sqlite:
                session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield
            session.flush()
            for prepare in unit.before_commit:
                prepare()
            session.flush()
            for finish in unit.at_last:
                finish()
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            _current.reset(token)
        # Still under the writers' lock: what is queued here is queued in the order of commits.
        for callback in unit.after_commit:
            try:
                callback()
            except Exception:
                # It is written; neither the others nor the answer may suffer.
                log.exception("what follows from a commit failed")
