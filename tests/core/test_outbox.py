"""What follows from a write is done at least once, even when it fails at first."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.core import clock, events, outbox
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import Event, after, announce, during
from enterprise_social.core.outbox import MOST_ATTEMPTS, OutboxJob
from enterprise_social.jobs.worker import Worker


@dataclass(frozen=True)
class Rang(Event):
    number: int


heard: list[int] = []
batches: list[list[int]] = []
broken: set[int] = set()


@pytest.fixture(autouse=True)
def listening(app: Flask) -> Iterator[None]:
    def hear(event: Rang) -> None:
        if event.number in broken:
            raise ValueError("out of order")
        heard.append(event.number)

    def hear_many(several: list[Rang]) -> None:
        numbers = [event.number for event in several]
        if broken & set(numbers):
            raise ValueError("one of them")
        batches.append(numbers)

    def refuse(event: Rang) -> None:
        if event.number < 0:
            raise Invalid("not below nothing")

    known = dict(events._after), dict(events._listeners), dict(events._during)
    after(Rang)(hear)
    after(Rang, batch=10)(hear_many)
    during(Rang)(refuse)
    heard.clear()
    batches.clear()
    broken.clear()
    with app.app_context():
        yield
    events._after, events._listeners, events._during = known


@action
def ring(*numbers: int) -> None:
    for number in numbers:
        announce(Rang(number))


@pytest.fixture
def worker(app: Flask) -> Worker:
    return Worker(app)


def waiting() -> int:
    db.session.rollback()
    return outbox.backlog()["waiting"]


def test_each_listener_hears_what_was_announced_once_it_is_committed(worker: Worker):
    ring(1, 2)
    assert (heard, waiting()) == ([], 4)
    worker.run_until_idle()
    assert (heard, batches, waiting()) == ([1, 2], [[1, 2]], 0)


def test_what_was_rolled_back_is_heard_by_nobody(worker: Worker):
    @action
    def ring_and_fail() -> None:
        announce(Rang(1))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ring_and_fail()
    worker.run_until_idle()
    assert heard == []


def test_a_listener_in_the_transaction_may_refuse_it(worker: Worker):
    with pytest.raises(Invalid):
        ring(1, -1)
    worker.run_until_idle()
    assert (heard, waiting()) == ([], 0)


def test_a_failed_job_waits_ever_longer_and_succeeds_later(worker: Worker):
    broken.add(1)
    with clock.frozen(clock.now()) as advance:
        ring(1)
        worker.run_due()
        row = db.session.scalars(select(OutboxJob).where(OutboxJob.attempts == 1)).first()
        assert "out of order" in row.last_error or "one of them" in row.last_error
        assert row.run_at == clock.now() + timedelta(seconds=2)
        assert worker.run_due() == 0
        broken.clear()
        advance(timedelta(seconds=3))
        worker.run_due()
    assert (heard, waiting()) == ([1], 0)


def test_one_bad_job_of_a_batch_holds_back_none_of_the_others(worker: Worker):
    broken.add(3)
    ring(1, 2, 3, 4)
    worker.run_due()
    assert sorted(number for batch in batches for number in batch) == [1, 2, 4]
    assert sorted(heard) == [1, 2, 4]


def test_after_the_last_attempt_a_job_stays_as_failed(worker: Worker):
    broken.add(1)
    with clock.frozen(clock.now()) as advance:
        ring(1)
        for _ in range(MOST_ATTEMPTS):
            worker.run_due()
            advance(timedelta(hours=2))
        assert worker.run_due() == 0
    db.session.rollback()
    assert outbox.backlog() == {"waiting": 0, "failed": 2}


def test_a_postponed_event_waits_for_its_time(worker: Worker):
    @action
    def ring_later() -> None:
        announce(Rang(7), run_at=clock.now() + timedelta(minutes=5))

    with clock.frozen(clock.now()) as advance:
        ring_later()
        assert worker.run_due() == 0
        advance(timedelta(minutes=5))
        worker.run_due()
    assert heard == [7]


def test_a_job_of_a_listener_that_is_gone_does_not_stop_the_rest(worker: Worker):
    ring(1)
    del events._listeners[next(name for name in events._listeners if name.endswith(".hear"))]
    worker.run_until_idle()
    assert (heard, batches, waiting()) == ([], [[1]], 0)


def test_what_waits_for_others_has_a_turn_of_its_own(app: Flask, worker: Worker):
    stuck, released = threading.Event(), threading.Event()

    def wait(_event: Rang) -> None:
        stuck.set()
        assert released.wait(10)

    after(Rang, lane="somebody else's server")(wait)
    ring(1)
    worker.start()
    try:
        assert stuck.wait(10)
        done = threading.Event()
        while not done.wait(0.02):
            if heard == [1] and batches == [[1]]:
                done.set()
    finally:
        released.set()
        worker.stop()


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_two_workers_share_the_jobs_and_do_none_twice(app: Flask):
    ring(*range(60))

    def work() -> None:
        worker = Worker(app)
        for _ in range(30):
            worker.run_due()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(heard) == Counter(range(60))
    assert waiting() == 0


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_what_a_dead_worker_had_claimed_is_done_by_another(app: Flask, worker: Worker):
    with clock.frozen(clock.now()) as advance:
        ring(1)
        assert len(outbox.due()) == 2  # claimed, and never finished
        assert worker.run_due() == 0
        advance(outbox.CLAIM + timedelta(seconds=1))
        worker.run_due()
    assert heard == [1]


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_a_job_that_takes_longer_than_a_claim_is_not_done_by_another_worker_too(
    app: Flask, worker: Worker, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(outbox, "CLAIM", timedelta(seconds=0.6))
    begun, may_end = threading.Event(), threading.Event()

    def take_time(event: Rang) -> None:
        begun.set()
        may_end.wait(10)
        heard.append(event.number)

    after(Rang)(take_time)
    ring(1)
    worker.start()
    try:
        assert begun.wait(10)
        claims = select(OutboxJob.claimed_until).where(OutboxJob.event == Rang.name)
        claim = db.session.scalars(claims).first()
        assert claim is not None
        db.session.rollback()
        threading.Event().wait((claim - clock.now()).total_seconds() + 0.3)
        assert Worker(app).run_due() == 0
    finally:
        may_end.set()
        worker.stop()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_one_worker_of_a_sqlite_installation_works(app: Flask):
    first, second = Worker(app), Worker(app)
    assert first._become_the_one()
    threading.Timer(0.2, second._stopping.set).start()
    assert not second._become_the_one()
    first.stop()
    third = Worker(app)
    assert third._become_the_one()
    for each in (second, third):
        each.stop()
