"""The server is killed while it brings people in: it goes on where it was, nothing is doubled."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from enterprise_social import create_app
from enterprise_social.config import DEFAULTS
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.integrations.actions.people_imports import (
    begin_people_import,
    confirm_people_import,
)
from enterprise_social.integrations.models import PeopleImport
from enterprise_social.people.models import Person
from tests.faults.clients import wait_until
from tests.integrations.lists import as_csv
from tests.services.ending import let_go
from tests.services.server import LiveServer

PEOPLE = 400


def people(app: Flask) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count(Person.id))) or 0)


def state(app: Flask) -> str:
    with app.app_context():
        return str(db.session.scalar(select(PeopleImport.state)))


def test_a_list_goes_on_after_a_kill(make_live_server: Callable[..., LiveServer]) -> None:
    server = make_live_server()
    app = create_app({"TESTING": True, **{n: server.env[n] for n in DEFAULTS if n in server.env}})
    rows = [
        [f"Person {n}", f"p{n}@example.org", f"p{n // 5}@example.org" if n else ""]
        for n in range(PEOPLE)
    ]
    with app.app_context():
        content = io.BytesIO(as_csv([["name", "email", "manager"], *rows]))
        found = begin_people_import(None, content, "staff.csv")
    server.start()
    wait_until(lambda: state(app) == "ready", 60, "reading")
    with app.app_context():
        found = db.session.get_one(PeopleImport, found.id)
        confirm_people_import(None, found, found.turn, invites=True)
    for part in (1, 3):
        wait_until(lambda least=PEOPLE * part // 8: people(app) > least, 60, "bringing in")  # type: ignore[misc]
        server.kill()
        assert state(app) == "confirmed"
        server.start()
    wait_until(lambda: state(app) == "done", 120, "going on")
    server.stop()
    with app.app_context():
        rows_there = db.session.execute(select(Person.email, Person.manager_id)).all()
        assert len(rows_there) == len({row.email for row in rows_there}) == PEOPLE
        assert [row.email for row in rows_there if row.manager_id is None] == ["p0@example.org"]
        acts = Counter(db.session.scalars(select(AuditEntry.action)))
        assert (acts["people.created"], acts["accounts.invited"]) == (PEOPLE, PEOPLE)
        assert acts["people.import_finished"] == 1
    let_go(app)
