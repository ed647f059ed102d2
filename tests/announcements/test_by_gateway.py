"""Announcements by a gateway for short messages, and what it reports back; notices to managers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from werkzeug.test import TestResponse

from enterprise_social.announcements import actions
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.announcements.ways import ways_of
from enterprise_social.core import clock
from enterprise_social.core.db import db
from enterprise_social.core.signatures import is_signed, sign
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.models import Absence, Person
from tests.announcements.outgoing import announce, ledger, work
from tests.making import make_person
from tests.services.http_sink import HttpSink, Reply, Request
from tests.services.smtp import MailSink

SECRET = "shared with the gateway"


@pytest.fixture
def gateway() -> Iterator[HttpSink]:
    sink = HttpSink()
    yield sink
    sink.stop()


@pytest.fixture
def chief(backend: str, make_app: Any, gateway: HttpSink, mail_sink: MailSink) -> Iterator[Person]:
    """Somebody who announces to Ana, Ben and Cho in the yard, of whom Cho has no telephone."""
    app: Flask = make_app(
        backend,
        GATEWAY_URL=f"{gateway.url}/send",
        GATEWAY_SECRET=SECRET,
        OUTGOING_ALLOW="127.0.0.0/8",
        SMTP_URL=mail_sink.url,
    )
    with app.app_context():
        chief = make_person("Chief", role="admin", email="chief@example.org")
        lead = make_person("Lead", role="manager", manager_id=chief.id, email="lead@example.org")
        for number, name in enumerate(("Ana", "Ben", "Cho")):
            phone = f"+31 6 1234-000{number}" if name != "Cho" else "ask me"
            make_person(name, department="Yard", phone=phone, manager_id=lead.id)
        yield chief
        db.session.rollback()


def messages(request: Request) -> dict[str, dict[str, Any]]:
    """Return what the gateway was given, by the person's name."""
    return {each["name"]: each for each in json.loads(request.body)["data"]["messages"]}


def call_back(*events: dict[str, Any], secret: str = SECRET, **more: Any) -> TestResponse:
    """Report as the gateway does."""
    body = json.dumps({"events": list(events)}).encode()
    headers = sign(secret, more.pop("request_id", f"r{time.monotonic_ns()}"), body, **more)
    client = current_app.test_client()
    headers["Content-Type"] = "application/json"
    return client.post("/hooks/gateway", data=body, headers=headers)


def row(announcement: Announcement, name: str) -> Recipient:
    db.session.rollback()
    person = db.session.query(Person).filter_by(name=name).one()
    return db.session.get_one(Recipient, (announcement.id, person.id))


def test_messages_go_out_signed_and_come_back_as_delivered_and_answered(
    chief: Person, gateway: HttpSink
) -> None:
    choices = [{"text": "I am safe"}, {"text": "I need help"}]
    sent = announce(chief, "gateway", asks="answer", choices=choices)
    work()
    (request,) = gateway.requests
    assert is_signed(SECRET, request.headers, request.body)
    assert not is_signed(SECRET, request.headers, request.body + b" ")
    given = messages(request)
    assert set(given) == {"Ana", "Ben"}
    assert given["Ana"]["to"] == "+31612340000"
    assert given["Ana"]["replies"] == {"1": "I am safe", "2": "I need help"}
    assert given["Ana"]["link"].startswith("http://localhost/a/")
    assert {name: each.state for name, each in ledger(sent).items()}["Ana"] == "sent"
    back = call_back(
        {"id": given["Ana"]["id"], "status": "delivered"},
        {"id": given["Ana"]["id"], "answer": "2"},
        {"id": given["Ben"]["id"], "status": "failed", "reason": "switched off"},
        {"id": given["Ben"]["id"], "answer": "9"},
        {"id": "999999", "status": "delivered"},
    )
    assert (back.status_code, back.json) == (200, {"taken": 3})
    rows = ledger(sent)
    assert (rows["Ana"].state, rows["Ben"].state) == ("delivered", "failed")
    assert rows["Ben"].problem == "switched off"
    theirs = row(sent, "Ana")
    assert (theirs.choice, theirs.answered_way) == (1, "gateway")
    assert row(sent, "Ben").answered_at is None


def test_whoever_has_no_telephone_is_reached_by_their_next_way(chief: Person) -> None:
    sent = announce(chief, "gateway")
    work()
    assert {name: each.way for name, each in ledger(sent).items()} == {
        "Ana": "gateway", "Ben": "gateway", "Cho": "email",
    }  # fmt: skip
    current_app.config["GATEWAY_URL"] = ""
    ana = db.session.query(Person).filter_by(name="Ana").one()
    assert "gateway" not in ways_of([ana.id])[ana.id]


def test_reports_that_are_forged_late_or_played_again_do_nothing(
    chief: Person, gateway: HttpSink
) -> None:
    sent = announce(chief, "gateway")
    work()
    event = {"id": messages(gateway.requests[0])["Ana"]["id"], "answer": "1"}
    assert call_back(event, secret="another secret than ours").status_code == 401
    assert call_back(event, at=time.time() - 600).status_code == 401
    assert current_app.test_client().post("/hooks/gateway", json={}).status_code == 401
    assert row(sent, "Ana").answered_at is None
    assert call_back(event, request_id="one").json == {"taken": 1}
    assert row(sent, "Ana").answered_at is not None
    assert call_back(event, request_id="one").json == {"taken": 0}
    assert call_back("not an object", request_id="two").json == {"taken": 0}  # type: ignore[arg-type]


def test_a_gateway_that_is_busy_is_asked_again_when_it_wants_and_can_refuse_one(
    chief: Person, gateway: HttpSink
) -> None:
    gateway.answer = lambda _request: Reply(503, {"Retry-After": "90"})
    with clock.frozen(clock.now()) as advance:
        sent = announce(chief, "gateway")
        work()
        advance(timedelta(seconds=89))
        work()
        assert len(gateway.requests) == 1
        ben = messages(gateway.requests[0])["Ben"]["id"]
        # Whatever the other side says, it can be stored.
        refusal = {"rejected": [{"id": ben, "reason": "not a\0\ud800\nmobile"}]}
        gateway.answer = lambda _request: Reply(200, {}, json.dumps(refusal).encode())
        advance(timedelta(seconds=1))
        work()
    assert len(gateway.requests) == 2
    keys = {each.headers["idempotency-key"] for each in gateway.requests}
    assert len(keys) == 1
    rows = ledger(sent)
    assert (rows["Ana"].state, rows["Ben"].state) == ("sent", "failed")
    assert rows["Ben"].problem == "not a mobile"


def test_a_manager_or_who_stands_in_is_told_once_of_all_who_are_missing(
    chief: Person, mail_sink: MailSink
) -> None:
    lead = db.session.query(Person).filter_by(name="Lead").one()
    ana = db.session.query(Person).filter_by(name="Ana").one()
    sent = announce(chief, "manager")
    actions.answer(ana, sent)
    work()
    (mail,) = mail_sink.mails
    assert mail["To"].addresses[0].username == "lead"
    assert "2 of your people" in mail["Subject"]
    body = mail.get_content()
    assert "Ben · +31 6 1234-0001 · not reached" in body
    assert "Ana" not in body
    assert {name: each.state for name, each in ledger(sent).items()} == {
        "Ben": "sent",
        "Cho": "sent",
    }
    assert row(sent, "Ben").reached_at is None, "telling the manager reaches nobody else"
    moment = clock.now()
    db.session.add(
        Absence(
            person_id=lead.id,
            begins_at=moment - timedelta(days=1),
            ends_at=moment + timedelta(days=1),
            deputy_id=ana.id,
        )
    )
    db.session.commit()
    announce(chief, "manager", title="Again")
    work()
    assert [mail["To"].addresses[0].addr_spec for mail in mail_sink.mails[1:]] == [ana.email]
    deactivate_person(chief, lead)
    announce(chief, "manager", title="Once more")
    work()
    assert mail_sink.mails[-1]["To"].addresses[0].username == "chief"
