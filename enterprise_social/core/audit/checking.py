"""Whether the audit log is what was written: every entry, in its order, none lost, none added.

One pass over the entries in the order of their numbers, in memory that doesn't grow with them, in
one snapshot of the database: what is added meanwhile is not looked at. The first entry that doesn't
fit is named, with what was done to it as far as its neighbours tell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Text, cast, select

from enterprise_social.core.audit.chain import entry_hash
from enterprise_social.core.audit.models import BEGINNING, HEAD_ID, AuditEntry, AuditHead
from enterprise_social.core.db import db, is_sqlite

AT_ONCE = 1000
CHANGED, REMOVED, INSERTED, REORDERED, CUT = "changed", "removed", "inserted", "reordered", "cut"


@dataclass(frozen=True)
class KnownHead:
    """A head as it was given out: the hash of the last entry then, and its number if known."""

    hash: str
    number: int | None = None


@dataclass(frozen=True)
class Fault:
    """The first entry that doesn't fit, and what was done to it."""

    number: int
    how: str


@dataclass(frozen=True)
class Outcome:
    """How many entries there are up to the fault, or in all, and the hash of the last of them."""

    entries: int
    head: str
    fault: Fault | None = None


@dataclass(frozen=True)
class _Row:
    number: int
    said: tuple[Any, ...]
    previous: str
    hash: str

    def fits(self, previous: str) -> bool:
        """Tell whether its hash is that of what it says after ``previous``."""
        try:
            at, actor_id, act, target, details = self.said
            if isinstance(at, str):
                at = datetime.fromisoformat(at).replace(tzinfo=UTC)
            given = json.loads(details, object_pairs_hook=_once)
            expected = entry_hash(self.number, at, actor_id, act, target, given, previous)
        except (ValueError, TypeError, RecursionError):
            return False
        return expected == self.hash


def check(known: Sequence[KnownHead] = (), pause: Callable[[], None] | None = None) -> Outcome:
    """Check the whole log, and whether the heads that are known from elsewhere are in it.

    ``pause`` is called now and then: for whoever has other things to do. To be called outside an
    action; ends the session's transaction before and after.
    """
    db.session.rollback()
    if not is_sqlite():
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        return _check(known, pause)
    finally:
        db.session.rollback()


def _check(known: Sequence[KnownHead], pause: Callable[[], None] | None) -> Outcome:
    head = db.session.execute(
        select(AuditHead.entry_id, AuditHead.hash).where(AuditHead.id == HEAD_ID)
    ).one_or_none()
    last_number = 0 if head is None else head.entry_id
    numbered = {each.number: each.hash for each in known if each.number is not None}
    missing = {each.hash for each in known if each.number is None}
    number, last, before = 0, BEGINNING, ""
    for row, following in _pairs(_rows(pause)):
        if row.number > last_number:
            return Outcome(number, last, Fault(row.number, INSERTED))
        sound = row.number == number + 1 and row.previous == last and row.fits(last)
        if not sound:
            return Outcome(number, last, _diagnose(row, following, number + 1, last, before))
        number, before, last = row.number, last, row.hash
        missing.discard(last)
        if numbered.pop(number, last) != last:
            # Sound in itself, but not what was given out: written anew from somewhere on.
            return Outcome(number, last, Fault(number, CHANGED))
    fault = None
    if last_number > number or numbered or missing:
        fault = Fault(number + 1, CUT)
    elif head is None or head.hash != last:
        fault = Fault(number, CHANGED)
    return Outcome(number, last, fault)


def _diagnose(row: _Row, following: _Row | None, expected: int, last: str, before: str) -> Fault:
    """Say what was done where ``row`` stands and the entry ``expected`` should be."""
    if row.number < expected:
        return Fault(row.number, INSERTED)
    if row.number > expected:
        if row.previous == last:
            return Fault(row.number, CHANGED)  # its number alone
        moved = _stands_after(row.number, AuditEntry.previous == last)
        return Fault(expected, REORDERED if moved else REMOVED)
    if row.previous == last or row.fits(last):
        # Its place is right: it was changed, unless its successor knows nothing of it.
        pushed_in = following is not None and following.previous == last
        return Fault(expected, INSERTED if pushed_in else CHANGED)
    if row.fits(row.previous):
        # It is as it was, so the one before it is not, though that was made to look sound.
        return Fault(max(1, expected - 1), CHANGED)
    if _stands_after(row.number, AuditEntry.hash == row.previous):
        return Fault(expected, REORDERED)
    if following is not None and following.previous == last:
        return Fault(expected, INSERTED)
    if before and row.previous == before:
        return Fault(expected - 1, INSERTED)
    return Fault(expected, REMOVED)


def _stands_after(number: int, condition: Any) -> bool:
    statement = select(AuditEntry.id).where(AuditEntry.id > number, condition).limit(1)
    return db.session.execute(statement).first() is not None


def _rows(pause: Callable[[], None] | None) -> Iterator[_Row]:
    entry = AuditEntry
    # As they are stored, so that what can't be read is named like what was changed.
    at: Any = cast(entry.at, Text) if is_sqlite() else entry.at
    said = (at, entry.actor_id, entry.action, entry.target, cast(entry.details, Text))
    statement = select(entry.id, *said, entry.previous, entry.hash).order_by(entry.id)
    result = db.session.execute(statement.execution_options(yield_per=AT_ONCE))
    for part in result.partitions():
        for row in part:
            yield _Row(row[0], tuple(row[1:6]), row[6], row[7])
        if pause is not None:
            pause()


def _pairs(rows: Iterator[_Row]) -> Iterator[tuple[_Row, _Row | None]]:
    one = next(rows, None)
    while one is not None:
        following = next(rows, None)
        yield one, following
        one = following


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that has a name twice: readers differ in which one they take."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found
