"""One action is one transaction."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from enterprise_social.core import clock
from enterprise_social.core.actions import action, after_commit, current_unit, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.people.models import Person


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Person))


@action
def add(name: str, *, fail: bool = False) -> Person:
    person = Person(email=f"{name}@example.org", username=name, name=name, created_at=clock.now())
    db.session.add(person)
    db.session.flush()
    if fail:
        raise ValueError(name)
    return person


def test_what_an_action_wrote_is_there_for_others_afterwards(app: Flask):
    add("mira")
    seen: list[int] = []

    def look() -> None:
        with app.app_context():
            seen.append(count())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


def test_a_failed_action_leaves_nothing_and_calls_nobody():
    called: list[str] = []

    @action
    def both() -> None:
        after_commit(lambda: called.append("too early"))
        add("mira")
        add("lan", fail=True)

    with pytest.raises(ValueError, match="lan"):
        both()
    assert (count(), called) == (0, [])


def test_an_action_inside_another_joins_it():
    @action
    def outer() -> None:
        unit = current_unit()
        inner(unit)
        raise ValueError("the end")

    @action
    def inner(unit: object) -> None:
        assert current_unit() is unit
        add("mira")

    with pytest.raises(ValueError, match="the end"):
        outer()
    assert count() == 0


def test_what_follows_a_commit_sees_it_committed(app: Flask):
    seen: list[int] = []

    def look() -> None:
        def other() -> None:
            with app.app_context():
                seen.append(count())

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    @action
    def write() -> None:
        add("mira")
        after_commit(look)

    write()
    assert seen == [1]


def test_outside_an_action_nothing_is_written():
    with pytest.raises(RuntimeError):
        current_unit()
    person = add("mira")
    person.name = "changed by the way"
    with pytest.raises(RuntimeError, match="outside an action"):
        add("lan")


def test_an_action_starts_from_the_present_and_not_from_what_was_read_before(app: Flask):
    person = add("mira")
    db.session.rollback()
    assert db.session.get(Person, person.id).version == 1  # a snapshot begins here

    def other() -> None:
        with app.app_context():
            grow(person.id)

    @action
    def grow(person_id: int) -> int:
        found = lock(Person, person_id)
        found.version += 1
        return found.version

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert grow(person.id) == 3


def test_read_then_write_by_many_threads_loses_no_update(app: Flask):
    person = add("mira")

    @action
    def grow() -> None:
        lock(Person, person.id).version += 1

    def work() -> None:
        with app.app_context():
            for _ in range(10):
                grow()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalar(select(Person.version)) == 61


def test_locking_what_is_not_there_says_so():
    @action
    def reach() -> None:
        lock(Person, 404)

    with pytest.raises(NotFound):
        reach()


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_who_loses_a_race_for_the_same_name_begins_anew_and_sees_the_winner(app: Flask):
    looked = threading.Barrier(2)
    tries: list[str] = []

    @action
    def find_or_add() -> int:
        tries.append("one")
        statement = select(Person).where(Person.username == "mira")
        known = db.session.execute(statement).scalar_one_or_none()
        if len(tries) <= 2:
            looked.wait(10)
        return known.id if known is not None else add("mira").id

    ids: list[int] = []

    def run() -> None:
        with app.app_context():
            ids.append(find_or_add())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(ids), len(set(ids)), len(tries), count()) == (2, 1, 3, 1)


def test_what_fails_after_a_commit_holds_back_nothing_else():
    called: list[str] = []

    def fail() -> None:
        raise ValueError("too late")

    @action
    def write() -> None:
        after_commit(fail)
        after_commit(lambda: called.append("told"))
        add("mira")

    write()
    assert (count(), called) == (1, ["told"])
