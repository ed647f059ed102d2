"""How many may connect, and how those are sent away for whom there is no room."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from flask import Flask

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.realtime.wire.server import Gate
from tests.making import make_channel, make_person
from tests.realtime.listeners import settled

HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


def handshake(app: Flask, address: str = "10.1.1.1", **headers: str) -> Any:
    """Ask for a connection from an address."""
    return app.test_client().get(
        HANDSHAKE, environ_overrides={"REMOTE_ADDR": address}, headers=headers
    )


def refused_in_ms(answer: Any) -> int:
    """Return when one that is sent away shall come again."""
    assert answer.status_code == 503
    wait: int = json.loads(answer.get_data())["retry_in_ms"]
    assert 0 < int(answer.headers["Retry-After"]) * 1000 <= wait + 1000
    return wait


def test_an_address_has_its_share_and_others_theirs(make_app):
    app = make_app(SOCKETS_OF_ADDRESS="3")
    for _ in range(3):
        assert handshake(app).status_code == 200
    assert refused_in_ms(handshake(app)) >= 1000
    assert handshake(app, "10.1.1.2").status_code == 200
    engine = app.extensions["socketio"].server.eio
    next(iter(engine.sockets.values())).close(wait=False, abort=True)
    assert handshake(app).status_code == 200


def test_a_proxy_says_from_which_address_but_only_one_that_is_trusted(make_app):
    trusting = make_app(SOCKETS_OF_ADDRESS="1", TRUSTED_PROXIES="1")
    for last in ("10.2.2.2", "10.2.2.3"):
        answer = handshake(trusting, "127.0.0.1", **{"X-Forwarded-For": f"made up, {last}"})
        assert answer.status_code == 200
    assert handshake(trusting, **{"X-Forwarded-For": "another, 10.2.2.3"}).status_code == 503
    wary = make_app(SOCKETS_OF_ADDRESS="1")
    assert handshake(wary, **{"X-Forwarded-For": "10.2.2.2"}).status_code == 200
    assert handshake(wary, **{"X-Forwarded-For": "10.2.2.3"}).status_code == 503


def test_a_process_that_is_full_says_when_to_come_again(make_app):
    app = make_app(SOCKETS="2")
    assert [handshake(app).status_code for _ in range(2)] == [200, 200]
    assert refused_in_ms(handshake(app)) >= 1000


def test_those_who_never_sign_in_take_no_room_from_others(make_app):
    app = make_app()
    engine = app.extensions["socketio"].server.eio
    engine.most_unanswered = 2
    assert [handshake(app).status_code for _ in range(3)] == [200, 200, 503]
    with app.app_context():
        token = create_access_token(make_person(), "phone")[1]
    first = next(iter(engine.sockets))
    sent = app.test_client().post(f"{HANDSHAKE}&sid={first}", data=f'40{{"token":"{token}"}}')
    assert sent.status_code == 200
    assert handshake(app).status_code == 200


def test_a_person_has_so_many_and_is_told_when_to_try_again(make_app):
    app = make_app(SOCKETS_OF_PERSON="2")
    socketio = app.extensions["socketio"]
    with app.app_context():
        token = create_access_token(make_person(), "phone")[1]
    clients = [socketio.test_client(app, auth={"token": token}) for _ in range(3)]
    assert [client.is_connected() for client in clients] == [True, True, False]
    clients[0].disconnect()
    assert socketio.test_client(app, auth={"token": token}).is_connected()


def test_the_gate_lets_a_few_in_at_once_some_wait_and_turns_away_the_rest():
    gate = Gate(at_once=2, most_waiting=3)
    entered: list[int] = []

    def come(number: int) -> None:
        assert gate.enter()
        entered.append(number)

    waiting = [threading.Thread(target=come, args=(number,)) for number in range(5)]
    for each in waiting:
        each.start()
    settled(lambda: gate.inside == 5, 5, "five are at the gate")
    settled(lambda: len(entered) == 2, 5, "two are in")
    assert not gate.enter()
    for expected in (3, 4, 5):
        gate.leave()
        settled(lambda wanted=expected: len(entered) == wanted, 5, "the next is in")
    gate.leave()
    assert gate.enter()
    for each in waiting:
        each.join(5)


@pytest.mark.parametrize("body", ['42["typing",{"channel_id":1}]' * 1, '42["show",{}]'])
def test_who_sends_without_end_is_cut_off(make_app, body):
    app = make_app()
    socketio = app.extensions["socketio"]
    engine = socketio.server.eio
    assert handshake(app).status_code == 200
    (connection,) = engine.sockets.values()
    client = app.test_client()
    for _ in range(300):
        client.post(f"{HANDSHAKE}&sid={connection.sid}", data=body)
        if connection.closed:
            break
    assert connection.closed
    assert engine.counts["flooding"] == 1


@pytest.mark.parametrize("number", [200, 2000])
def test_connecting_costs_a_fixed_number_of_queries(app, count_queries, number):
    """However many channels somebody is in: two reads of all of them and some facts."""
    with app.app_context():
        owner, person = make_person("Owner"), make_person("Person")
        first = make_channel(owner, "First", person)
        many_channels(first.id, person.id, number)
        token = create_access_token(person, "phone")[1]
        with count_queries() as queries:
            client = app.extensions["socketio"].test_client(app, auth={"token": token})
        ready = next(each for each in client.get_received() if each["name"] == "ready")
        assert len(ready["args"][0]["channels"]) == number
        assert len(queries) <= 10
        client.disconnect()
        assert app.extensions["transport"].seats.heard_by(first.id, "json") == []


def many_channels(like: int, person_id: int, number: int) -> None:
    """Put somebody into that many channels, at once."""
    from sqlalchemy import insert, select

    from enterprise_social.channels.models import Channel, Membership
    from enterprise_social.core.actions import action
    from enterprise_social.core.clock import now
    from enterprise_social.core.db import db

    @action
    def write() -> None:
        table = Channel.__table__
        row = dict(db.session.execute(select(table).where(table.c.id == like)).mappings().one())
        row.pop("id")
        rows = [{**row, "slug": f"many-{n}", "name": f"many-{n}"} for n in range(number - 1)]
        db.session.execute(insert(table), rows)
        ids = db.session.scalars(select(Channel.id).where(Channel.id != like)).all()
        seats = [{"channel_id": i, "person_id": person_id, "joined_at": now()} for i in ids]
        db.session.execute(insert(Membership), seats)

    write()
