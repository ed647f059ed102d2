"""Announcements by e-mail, and the link in it by which somebody acknowledges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient

from enterprise_social.announcements import actions, links
from enterprise_social.announcements.models import Recipient
from enterprise_social.announcements.queries import board, lists
from enterprise_social.core import clock
from enterprise_social.core.db import db
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.models import Person
from tests.announcements.outgoing import announce, ledger, work
from tests.making import make_person
from tests.services.smtp import MailSink


@pytest.fixture
def chief(backend: str, make_app: Any, mail_sink: MailSink) -> Iterator[Person]:
    """Somebody who announces; Ana, Ben and Cho in the yard get it by mail."""
    app: Flask = make_app(backend, SMTP_URL=mail_sink.url, MAIL_FROM="Port <port@example.org>")
    with app.app_context():
        for name in ("Ana", "Ben", "Cho Özil"):
            make_person(name, department="Yard", email=f"{name[:3].lower()}@example.org")
        yield make_person("Chief", role="admin")
        db.session.rollback()


@pytest.fixture
def visitor(chief: Person) -> FlaskClient:
    """Somebody's browser that isn't signed in."""
    return current_app.test_client()


def link_in(mail: EmailMessage) -> str:
    """Return the path of the link, which is the same in both parts."""
    parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]  # type: ignore[union-attr]
    found = {re.search(r"http://localhost(/a/[\w.-]+)", part).group(1) for part in parts}  # type: ignore[union-attr]
    (path,) = found
    return path


def row(announcement_id: int, name: str) -> Recipient:
    db.session.rollback()
    person = db.session.query(Person).filter_by(name=name).one()
    found = lists.of_recipient(announcement_id, person.id)
    assert found is not None
    return found


def test_everyone_gets_one_mail_that_says_what_it_is(chief: Person, mail_sink: MailSink) -> None:
    sent = announce(chief, "email", drill=True)
    work()
    assert len(mail_sink.mails) == 3
    assert mail_sink.connections == 1
    mail = mail_sink.wait_for("cho@example.org")
    assert mail["Subject"] == "[Exercise] [Critical] Stop all cranes"
    assert mail["To"].addresses[0].display_name == "Cho Özil"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert len({each["Message-ID"] for each in mail_sink.mails}) == 3
    assert {each["References"] for each in mail_sink.mails} == {mail["References"]}
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert 'href="http://localhost/channels/yard"' in html
    assert "<strong>now</strong>" in html
    plain = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Park them now" in plain
    assert {each.state for each in ledger(sent).values()} == {"sent"}
    assert board.counts(sent).reached == 3


def test_an_author_can_not_have_the_links_of_others_put_into_an_address(
    chief: Person, mail_sink: MailSink
) -> None:
    announce(chief, "email", body="https://elsewhere.example/?u=\ue000link\ue000")
    work()
    for mail in mail_sink.mails:
        for kind in ("plain", "html"):
            text = mail.get_body((kind,)).get_content()  # type: ignore[union-attr]
            assert "elsewhere.example" in text
            assert text.count("/a/") == 1
            assert not re.search(r"elsewhere.example/\S*/a/", text)


def test_the_link_acknowledges_when_it_is_used_and_not_when_it_is_looked_at(
    chief: Person, mail_sink: MailSink, visitor: FlaskClient
) -> None:
    sent = announce(chief, "email")
    work()
    path = link_in(mail_sink.wait_for("ana@example.org"))
    looked = visitor.get(path)
    assert looked.status_code == 200
    assert "Stop all cranes" in looked.text
    assert "Park them" not in looked.text
    assert looked.headers["Referrer-Policy"] == "no-referrer"
    assert looked.headers["Cache-Control"] == "no-store"
    assert "noindex" in looked.headers["X-Robots-Tag"]
    assert visitor.head(path).status_code == 200
    assert (row(sent.id, "Ana").answered_at, row(sent.id, "Ana").seen_at) == (None, None)
    assert "You have acknowledged" in visitor.post(path).text
    theirs = row(sent.id, "Ana")
    first = theirs.answered_at
    assert (first is not None, theirs.answered_way) == (True, "email")
    again = visitor.post(path)
    assert again.status_code == 200
    assert "You have acknowledged" in again.text
    assert row(sent.id, "Ana").answered_at == first
    assert row(sent.id, "Ben").answered_at is None


def test_a_link_that_is_forged_old_ended_or_of_somebody_who_left_does_nothing(
    chief: Person, mail_sink: MailSink, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = announce(chief, "email")
    work()
    ana, ben = (link_in(mail_sink.wait_for(f"{name}@example.org")) for name in ("ana", "ben"))
    head, _dot, signature = ana.rpartition(".")
    swapped = signature[:5] + ("A" if signature[5] != "A" else "B") + signature[6:]
    for forged in (f"{head}.{swapped}", ana.replace("/a/W", "/a/X"), "/a/WzEsMl0", "/a/x.y.z"):
        assert visitor.post(forged).status_code == 404
    deactivate_person(chief, db.session.query(Person).filter_by(name="Ben").one())
    assert visitor.get(ben).status_code == 410
    assert visitor.post(ben).status_code == 410
    actions.end(chief, sent)
    assert "has ended" in visitor.post(ana).text
    assert row(sent.id, "Ana").answered_at is None
    monkeypatch.setattr(links, "LIFE", timedelta(seconds=-1))
    assert visitor.get(ana).status_code == 410


def test_a_choice_is_made_by_the_link(
    chief: Person, mail_sink: MailSink, visitor: FlaskClient
) -> None:
    choices = [{"text": "I am safe"}, {"text": "I need help", "alerts": True}]
    sent = announce(chief, "email", asks="answer", choices=choices, takes_note=True)
    work()
    path = link_in(mail_sink.wait_for("ben@example.org"))
    assert visitor.post(path).status_code == 422
    assert visitor.post(path, data={"choice": "7"}).status_code == 422
    page = visitor.post(path, data={"choice": "1", "note": "Gate 4"})
    assert "You answered: I need help" in page.text
    theirs = row(sent.id, "Ben")
    assert (theirs.choice, theirs.note, theirs.answered_way) == (1, "Gate 4", "email")


def test_a_refused_address_fails_for_good_and_a_full_mailbox_is_tried_again(
    chief: Person, mail_sink: MailSink
) -> None:
    answers = {"ana": "550 no such user", "ben": "452 mailbox full"}
    mail_sink.refuse = lambda address: answers.get(address.partition("@")[0], "")
    with clock.frozen(clock.now()) as advance:
        sent = announce(chief, "email")
        work()
        rows = ledger(sent)
        assert (rows["Ana"].state, rows["Ana"].problem) == ("failed", "550 no such user")
        assert (rows["Ben"].state, rows["Ben"].problem) == ("queued", "452 mailbox full")
        assert rows["Cho Özil"].state == "sent"
        answers.clear()
        work()
        assert ledger(sent)["Ben"].state == "queued"
        advance(timedelta(seconds=15))
        work()
        assert ledger(sent)["Ben"].state == "sent"
        assert len(mail_sink.mails) == 2


def test_a_mail_server_that_is_away_for_an_hour_costs_no_mail_and_no_attempt(
    chief: Person, mail_sink: MailSink
) -> None:
    mail_sink.stop()
    with clock.frozen(clock.now()) as advance:
        sent = announce(chief, "email")
        for _time in range(12):
            work()
            advance(timedelta(minutes=5))
        rows = ledger(sent)
        assert {(each.state, each.attempts) for each in rows.values()} == {("queued", 0)}
        assert "refused" in rows["Ana"].problem
        actions.answer(db.session.query(Person).filter_by(name="Ana").one(), sent)
        back = MailSink(mail_sink.port)
        try:
            advance(timedelta(minutes=1))
            work()
            assert {mail["To"].addresses[0].username for mail in back.mails} == {"ben", "cho"}
            states = {name: each.state for name, each in ledger(sent).items()}
            assert states == {"Ana": "skipped", "Ben": "sent", "Cho Özil": "sent"}
        finally:
            back.stop()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_slow_mail_server_gets_several_at_a_time_and_each_once(
    chief: Person, mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(45):
        make_person(department="Yard")
    monkeypatch.setattr("enterprise_social.announcements.carriers.email.BATCH", 16)
    mail_sink.slowness = 0.15
    sent = announce(chief, "email")
    work()
    assert {each.state for each in ledger(sent).values()} == {"sent"}
    assert len({mail["Message-ID"] for mail in mail_sink.mails}) == len(mail_sink.mails) == 48
    assert mail_sink.connections > 3
