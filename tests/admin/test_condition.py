"""What admins see of how the installation is, and what they do about what was given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.core import clock, events, outbox
from enterprise_social.core.actions import action
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine
from tests.making import make_channel, make_person, sign_in, write

pytestmark = pytest.mark.usefixtures("database")


@dataclass(frozen=True)
class Rang(events.Event):
    """Something that a listener below chokes on until it is mended."""

    number: int


broken: list[bool] = []
heard: list[int] = []


@events.after(Rang)
def answer_the_bell(event: Rang) -> None:
    """Fail while it is broken."""
    if broken:
        raise RuntimeError("the bell\nis <b>cracked</b>")
    heard.append(event.number)


@action
def ring(number: int) -> None:
    """Announce it."""
    events.announce(Rang(number))


def give_up(app: Flask, count: int) -> None:
    """Have ``count`` jobs fail as often as is allowed."""
    broken.append(True)
    for number in range(count):
        ring(number)
    for identity in db.session.scalars(db.select(OutboxJob.id)).all():
        for _attempt in range(outbox.MOST_ATTEMPTS):
            outbox.fail(identity, "Traceback\nRuntimeError: the bell is <b>cracked</b>")
    broken.clear()


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    heard.clear()
    broken.clear()
    person = make_person("Ada Admin", role="admin")
    app.extensions["worker"].run_until_idle()
    return sign_in(app, person)


def test_what_failed_is_shown_with_its_reason_and_tried_again(app: Flask, admin) -> None:
    give_up(app, 2)
    app.extensions["worker"].run_until_idle()
    assert heard == []
    page = admin.get("/admin/health").get_data(as_text=True)
    assert "the bell is &lt;b&gt;cracked&lt;/b&gt;" in page
    assert page.count("Drop<") == 2

    assert admin.post("/admin/health/retries").status_code == 303
    app.extensions["worker"].run_until_idle()
    assert sorted(heard) == [0, 1]
    assert "Nothing was given up" in admin.get("/admin/health").get_data(as_text=True)
    entry = db.session.query(AuditEntry).filter_by(action="jobs.retry").one()
    assert entry.details == {"jobs": 2, "ids": "all"}


def test_one_job_is_tried_again_and_another_is_dropped(app: Flask, admin) -> None:
    give_up(app, 2)
    first, second = db.session.scalars(db.select(OutboxJob.id).order_by(OutboxJob.id)).all()
    admin.post("/admin/health/retries", data={"job": first})
    admin.post(f"/admin/health/jobs/{second}/removal")
    app.extensions["worker"].run_until_idle()
    assert heard == [0]
    assert db.session.query(OutboxJob).count() == 0


def test_a_job_that_still_waits_is_not_dropped(app: Flask, admin) -> None:
    ring(1)
    waiting = db.session.scalars(db.select(OutboxJob.id)).one()
    admin.post(f"/admin/health/jobs/{waiting}/removal")
    app.extensions["worker"].run_until_idle()
    assert heard == [1]


def test_what_is_late_and_what_the_index_lacks_is_said(app: Flask, admin) -> None:
    owner = make_person()
    indexing.ensure(engine())
    app.extensions["worker"].run_until_idle()
    with clock.frozen(clock.now()) as move:
        write(owner, make_channel(owner), "something new")
        move(timedelta(minutes=7, seconds=5))
        page = admin.get("/admin/health").get_data(as_text=True)
    assert "the oldest for 7 minutes" in page
    assert "1 post to bring in" in page


def test_many_failed_jobs_come_in_pages_at_the_same_cost(app: Flask, admin, count_queries) -> None:
    give_up(app, 3)
    admin.get("/admin/health")
    with count_queries() as few:
        admin.get("/admin/health")
    row = db.session.query(OutboxJob).first()
    facts = {
        name: getattr(row, name)
        for name in ("listener", "event", "payload", "run_at", "attempts", "failed_at")
    }
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(db.insert(OutboxJob), [facts] * 120)
    with count_queries() as many:
        page = admin.get("/admin/health").get_data(as_text=True)
    assert len(many) == len(few)
    assert page.count("Drop<") == 50
    older = page.split('rel="next" href="')[1].split('"')[0]
    assert admin.get(older).get_data(as_text=True).count("Drop<") == 50
    assert admin.get("/admin/health?cursor=nonsense").status_code == 422
