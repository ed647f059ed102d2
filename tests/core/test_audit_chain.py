"""The audit log only grows, and whatever else is done to it is found and named."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from enterprise_social.core import audit
from enterprise_social.core.actions import action
from enterprise_social.core.audit import AuditEntry, AuditHead
from enterprise_social.core.audit.chain import entry_hash
from enterprise_social.core.audit.checking import Fault, KnownHead, check
from enterprise_social.core.db import db, is_sqlite

WRITTEN = 10
Tamper = Callable[[], None]


@action
def note(number: int, **details: Any) -> None:
    audit.record(None, "tests.noted", f"number:{number}", {"number": number, **details})


@pytest.fixture(autouse=True)
def log(app: Flask, database: Any) -> None:
    """A log with ten entries."""
    for number in range(1, WRITTEN + 1):
        note(number, text="zażółć", nested={"b": [1, 2.5, None], "a": True})


def run(statement: str, **values: Any) -> None:
    """Do what only somebody does who goes around the application."""
    with db.engine.begin() as connection:
        connection.execute(text(statement), values)


def disarm() -> None:
    """Take the triggers away, as an intruder who owns the database can."""
    where = "" if is_sqlite() else " ON audit_entries"
    for name in ("stay", "remain", "follow"):
        run(f"DROP TRIGGER audit_entries_{name}{where}")


def entry(number: int) -> AuditEntry:
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.id == number)).one()
    # No transaction stays open that what follows would have to wait for.
    db.session.expunge(row)
    db.session.rollback()
    return row


def sealed(number: int, previous: str, **said: Any) -> dict[str, Any]:
    """Return an entry such as whoever knows the scheme would forge it."""
    row = entry(max(1, min(number, WRITTEN)))
    facts = {name: getattr(row, name) for name in ("at", "actor_id", "action", "target", "details")}
    facts |= said
    digest = entry_hash(
        number,
        facts["at"],
        facts["actor_id"],
        facts["action"],
        facts["target"],
        facts["details"],
        previous,
    )
    return {**facts, "id": number, "previous": previous, "hash": digest}


def renumber(old: int, new: int) -> None:
    run("UPDATE audit_entries SET id = :new WHERE id = :old", old=old, new=new)


def shift(first: int, last: int, by: int) -> None:
    """Move entries up or down, so that the numbers show no gap."""
    for number in range(last, first - 1, -1) if by > 0 else range(first, last + 1):
        renumber(number, number + by)


def set_head(number: int) -> None:
    digest = "0" * 64 if not number else entry(number).hash
    run("UPDATE audit_head SET entry_id = :n, hash = :h", n=number, h=digest)


def delete(number: int) -> None:
    run("DELETE FROM audit_entries WHERE id = :n", n=number)


def put(row: dict[str, Any]) -> None:
    with db.engine.begin() as connection:
        connection.execute(insert(AuditEntry), [row])


def remove_and_close_the_gap() -> None:
    delete(4)
    shift(5, 10, -1)
    set_head(9)


def insert_between(row: dict[str, Any]) -> None:
    shift(row["id"], 10, 1)
    put(row)
    set_head(11)


def swap(one: int, other: int) -> None:
    renumber(one, 99)
    renumber(other, one)
    renumber(99, other)


def move_far_back() -> None:
    renumber(3, 99)
    shift(4, 10, -1)
    renumber(99, 10)


def move_to_the_front() -> None:
    renumber(9, 99)
    shift(2, 8, 1)
    renumber(99, 2)


def change_and_seal_again() -> None:
    row = sealed(4, entry(3).hash, target="number:44")
    run(
        "UPDATE audit_entries SET target = :t, hash = :h WHERE id = 4",
        t=row["target"],
        h=row["hash"],
    )


def insert_sealed() -> None:
    insert_between(sealed(5, entry(4).hash, target="number:77"))


def insert_unsealed() -> None:
    insert_between({**sealed(5, entry(4).hash), "hash": "f" * 64})


def append_unsealed() -> None:
    put({**sealed(11, entry(10).hash), "hash": "f" * 64})


def append_behind_the_head() -> None:
    put(sealed(11, entry(10).hash))


def put_before_the_first() -> None:
    put(sealed(0, "0" * 64))


def replace_the_last() -> None:
    row = sealed(10, entry(9).hash, target="number:1010")
    delete(10)
    put(row)


def cut_the_tail() -> None:
    for number in (8, 9, 10):
        delete(number)


def change(column: str, value: Any) -> Tamper:
    return lambda: run(f"UPDATE audit_entries SET {column} = :v WHERE id = 6", v=value)


WAYS: dict[str, tuple[Tamper, Fault]] = {
    "another actor": (change("actor_id", 7), Fault(6, "changed")),
    "another act": (change("action", "tests.forgot"), Fault(6, "changed")),
    "another target": (change("target", "number:66"), Fault(6, "changed")),
    "another time": (change("at", "2026-01-01 10:00:00.000000+00:00"), Fault(6, "changed")),
    "other details": (change("details", json.dumps({"number": 6.5})), Fault(6, "changed")),
    "another predecessor": (change("previous", "a" * 64), Fault(6, "changed")),
    "another hash": (change("hash", "a" * 64), Fault(6, "changed")),
    "changed and sealed again": (change_and_seal_again, Fault(4, "changed")),
    "the last one replaced": (replace_the_last, Fault(10, "changed")),
    "removed": (lambda: delete(4), Fault(4, "removed")),
    "the first one removed": (lambda: delete(1), Fault(1, "removed")),
    "removed, the gap closed": (remove_and_close_the_gap, Fault(4, "removed")),
    "inserted": (insert_unsealed, Fault(5, "inserted")),
    "inserted and sealed": (insert_sealed, Fault(5, "inserted")),
    "put before the first": (put_before_the_first, Fault(0, "inserted")),
    "put behind the last": (append_unsealed, Fault(11, "inserted")),
    "put behind the last, sealed": (append_behind_the_head, Fault(11, "inserted")),
    "neighbours swapped": (lambda: swap(4, 5), Fault(4, "reordered")),
    "two swapped": (lambda: swap(3, 8), Fault(3, "reordered")),
    "moved back": (move_far_back, Fault(3, "reordered")),
    "moved to the front": (move_to_the_front, Fault(2, "reordered")),
    "moved to the end, with a gap": (lambda: renumber(3, 11), Fault(3, "reordered")),
    "the tail cut off": (cut_the_tail, Fault(8, "cut")),
}


def test_what_was_only_added_to_is_whole():
    outcome = check([KnownHead(entry(4).hash), KnownHead(entry(7).hash, 7)])
    assert outcome.fault is None
    assert (outcome.entries, outcome.head) == (WRITTEN, entry(WRITTEN).hash)


@pytest.mark.parametrize("way", WAYS)
def test_whatever_is_done_to_it_is_found_and_named(way: str):
    tamper, fault = WAYS[way]
    disarm()
    tamper()
    assert check().fault == fault


def test_a_tail_that_was_cut_off_with_its_head_is_missed_by_whoever_got_the_head():
    given_out = KnownHead(entry(WRITTEN).hash, WRITTEN)
    without_number = KnownHead(given_out.hash)
    disarm()
    cut_the_tail()
    set_head(7)
    assert check().fault is None
    assert check([given_out]).fault == Fault(8, "cut")
    assert check([without_number]).fault == Fault(8, "cut")
    # Written on as if nothing had been: as long as before, but another log.
    for number in (8, 9, 10):
        note(number, text="nothing happened")
    assert check([given_out]).fault == Fault(10, "changed")
    assert check([without_number]).fault == Fault(11, "cut")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET target = 'number:66' WHERE id = 6",
        "UPDATE audit_entries SET target = target",
        "DELETE FROM audit_entries WHERE id = 6",
        "DELETE FROM audit_entries",
        """INSERT INTO audit_entries (id, at, action, target, details)
        VALUES (0, '2026-01-01', 'tests.noted', 'number:0', '{}')""",
    ],
)
def test_the_database_refuses_to_change_or_remove(statement: str):
    with pytest.raises(DBAPIError, match="append-only"):
        run(statement)
    assert check().fault is None


def test_the_database_refuses_to_replace_or_empty():
    columns = "id, at, action, target, details"
    values = "6, '2026-01-01', 'tests.noted', 'number:0', '{}'"
    if is_sqlite():
        statement = f"INSERT OR REPLACE INTO audit_entries ({columns}) VALUES ({values})"
    else:
        statement = "TRUNCATE audit_entries"
    with pytest.raises(DBAPIError, match="append-only"):
        run(statement)


def test_entries_of_an_action_that_fails_leave_no_gap():
    @action
    def fail() -> None:
        audit.record(None, "tests.noted", "number:0")
        raise LookupError

    with pytest.raises(LookupError):
        fail()
    note(11)
    assert check().entries == WRITTEN + 1


def test_many_who_write_at_once_wait_for_one_another_and_none_is_lost(app: Flask):
    writers, turns = 8, 10
    start = threading.Barrier(writers)

    @action
    def several(mine: int, turn: int) -> None:
        for each in (1, 2):
            audit.record(None, "tests.noted", f"number:{mine}-{turn}-{each}")

    def write(mine: int) -> None:
        with app.app_context():
            start.wait()
            for turn in range(turns):
                several(mine, turn)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    outcome = check()
    assert (outcome.fault, outcome.entries) == (None, WRITTEN + 2 * writers * turns)
    head = db.session.execute(select(AuditHead.entry_id, AuditHead.hash)).one()
    assert tuple(head) == (outcome.entries, outcome.head)


def test_what_cannot_be_kept_as_text_does_not_break_the_log():
    note(11, text="half a pair \ud800 and NUL \x00")
    assert check().fault is None


def test_an_act_that_records_nothing_does_not_touch_the_log(
    count_queries: Callable[[], Any],
):
    @action
    def other() -> None:
        db.session.execute(update(AuditHead).where(AuditHead.id == 2).values(entry_id=0))

    with count_queries() as statements:
        other()
    assert len([each for each in statements if "audit" in each]) == 1
