"""Push messages reach browsers, which alone can read them, and end with the session."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, current_app
from sqlalchemy import select

from enterprise_social.accounts import actions as accounts
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.ways import ways_of
from enterprise_social.core import clock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Person
from enterprise_social.push import actions, queries, sealing, sending
from enterprise_social.push.models import PushSubscription
from tests.announcements.outgoing import announce, ledger, work
from tests.making import make_person, sign_in
from tests.services.http_sink import Reply
from tests.services.push_service import Browser, PushService, unb64


@pytest.fixture
def service() -> Iterator[PushService]:
    made = PushService()
    yield made
    made.stop()


@pytest.fixture
def chief(backend: str, make_app: Any) -> Iterator[Person]:
    """Somebody who announces to Ana and Ben in the yard."""
    app: Flask = make_app(backend, OUTGOING_ALLOW="127.0.0.0/8")
    with app.app_context():
        for name in ("Ana", "Ben"):
            make_person(name, department="Yard")
        yield make_person("Chief", role="admin")
        db.session.rollback()


def named(name: str) -> Person:
    return db.session.query(Person).filter_by(name=name).one()


def subscribed(service: PushService, name: str) -> Browser:
    """Switch push on in a new browser of somebody's."""
    browser = service.browser()
    actions.subscribe(named(name), **browser.keys, session_id=None)
    return browser


def test_the_example_of_the_specification_is_sealed_to_the_byte() -> None:
    """RFC 8291, appendix A."""
    number = int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    sealed = sealing.seal(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        key=ec.derive_private_key(number, ec.SECP256R1()),
        salt=unb64("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert sealing.encode(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6"
        "TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulc"
        "y4a-fN"
    )


def test_every_browser_of_a_recipient_shows_the_announcement(
    chief: Person, service: PushService
) -> None:
    first, second = subscribed(service, "Ana"), subscribed(service, "Ana")
    sent = announce(chief, "push")
    work()
    expected = {
        "title": "[Critical] Stop all cranes",
        "body": "Park them now, see the yard.",
        "url": f"/announcements/{sent.id}",
        "tag": f"announcement-{sent.id}",
        "silent": False,
    }
    assert first.shown == second.shown == [expected]
    headers = first.headers[0]
    assert (headers["urgency"], headers["ttl"]) == ("high", "86400")
    assert headers["topic"] == f"announcement-{sent.id}"
    claims = service.tokens[0]
    assert claims["aud"] == service.sink.url
    assert claims["sub"] == "mailto:no-reply@localhost"
    assert {name: (each.way, each.state) for name, each in ledger(sent).items()} == {
        "Ana": ("push", "sent"),
        "Ben": ("email", "sent"),
    }
    file = Path(current_app.config["DATA_DIR"]) / "push-key.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in file.parent.glob("push-key*")] == ["push-key.pem"]


def test_a_browser_that_is_gone_is_forgotten_and_a_busy_service_is_asked_when_it_wants(
    chief: Person, service: PushService
) -> None:
    gone, busy = subscribed(service, "Ana"), subscribed(service, "Ben")
    paths = {each.endpoint: each.endpoint.removeprefix(service.sink.url) for each in (gone, busy)}
    service.replies[paths[gone.endpoint]] = Reply(410)
    service.replies[paths[busy.endpoint]] = Reply(429, {"Retry-After": "40"})
    with clock.frozen(clock.now()) as advance:
        sent = announce(chief, "push")
        work()
        rows = ledger(sent)
        assert (rows["Ana"].state, rows["Ben"].state) == ("failed", "queued")
        assert "410" in rows["Ana"].problem
        left = db.session.scalars(select(PushSubscription.endpoint)).all()
        assert left == [busy.endpoint]
        assert "push" not in ways_of([named("Ana").id])[named("Ana").id]
        service.replies.clear()
        advance(timedelta(seconds=39))
        work()
        assert busy.shown == []
        advance(timedelta(seconds=1))
        work()
        assert len(busy.shown) == 1
        assert ledger(sent)["Ben"].state == "sent"


def test_the_ledger_says_nothing_of_our_network_to_who_gave_an_address_in_it(
    chief: Person, service: PushService
) -> None:
    keys = {**service.browser().keys, "endpoint": "https://10.11.12.13/push"}
    actions.subscribe(named("Ana"), **keys, session_id=None)
    sent = announce(chief, "push")
    work()
    told = ledger(sent)["Ana"]
    assert (told.state, "10.11" in told.problem) == ("failed", False)
    assert "network" not in told.problem


def test_a_service_that_says_nothing_is_left_alone_and_costs_nobody_their_message(
    chief: Person, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enterprise_social.core.outgoing.READ_SECONDS", 0.3)
    browsers = [subscribed(service, name) for name in ("Ana", "Ben")]
    silence = Reply(after=5)
    service.replies = dict.fromkeys(service.browsers, silence)
    with clock.frozen(clock.now()) as advance:
        sent: Announcement = announce(chief, "push")
        work()
        assert {(each.state, each.attempts) for each in ledger(sent).values()} == {("queued", 0)}
        asked = service.asked
        advance(timedelta(minutes=1))
        work()
        assert service.asked == asked, "it is left alone by the clock that machines share"
        current_app.extensions["push_services"] = sending.Services()
        service.replies = {}
        advance(timedelta(minutes=5))
        work()
        assert [len(each.shown) for each in browsers] == [1, 1]
        assert {each.state for each in ledger(sent).values()} == {"sent"}


def test_it_ends_with_the_session_and_goes_to_whoever_signs_in_there_next(
    chief: Person, service: PushService
) -> None:
    client = sign_in(current_app, named("Ana"))
    browser = service.browser()
    put = client.put("/api/v1/me/push", json=browser.keys)
    assert put.status_code == 204
    listed = client.get("/api/v1/me/push").json
    assert len(listed["devices"]) == 1
    assert len(unb64(listed["key"])) == 65
    other = sign_in(current_app, named("Ben"))
    assert other.put("/api/v1/me/push", json=browser.keys).status_code == 204
    assert client.get("/api/v1/me/push").json["devices"] == []
    assert queries.reachable([named("Ana").id, named("Ben").id]) == {named("Ben").id}
    accounts.revoke_other_sessions(named("Ben"), None)
    assert queries.reachable([named("Ben").id]) == set()
    db.session.rollback()
    assert db.session.scalars(select(PushSubscription)).all() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "ftp://push.example.org/x"},
        {"endpoint": "https://push.example.org/" + "x" * 2000},
        {"p256dh": "AAAA"},
        {"p256dh": "B" + "A" * 86},
        {"auth": "short"},
        {"auth": "né"},
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_no_browser_says_is_refused(
    chief: Person, service: PushService, wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        actions.subscribe(chief, **{**service.browser().keys, **wrong}, session_id=None)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_service_worker_is_in_charge_of_every_page(chief: Person) -> None:
    answer = current_app.test_client().get("/service-worker.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    long = sending.Notice("t", "é" * 5000, "/", "x")
    assert len(long.payload()) <= sealing.LARGEST
