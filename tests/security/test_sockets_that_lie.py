"""Clients may name their events as they like, also like those that the library itself reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from enterprise_social.accounts.actions import create_access_token, revoke_access_token
from enterprise_social.channels.actions import remove_member
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.actions import deactivate_person
from enterprise_social.realtime import transport
from tests.making import make_channel, make_person, write


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def connect(app: Flask, token: str) -> SocketIOTestClient:
    return app.extensions["socketio"].test_client(app, auth={"token": token})


def heard(app: Flask, socket: SocketIOTestClient) -> list[Any]:
    assert app.extensions["live"].flush()
    queued = SocketIOTestClient.clients[socket.eio_sid].queue
    found, queued[:] = [one for one in queued if one["name"] == "post_created"], []
    return found


@pytest.mark.parametrize("event", ["disconnect", "connect"])
def test_whoever_was_removed_hears_nothing_more_whatever_they_sent(app: Flask, event: str) -> None:
    owner, member = make_person("Owner"), make_person("Member")
    channel = make_channel(owner, "Board", member, kind="private")
    socket = connect(app, create_access_token(member, "phone")[1])
    socket.emit(event, {})
    write(owner, channel, "before")
    assert len(heard(app, socket)) == 1
    remove_member(owner, channel, member)
    write(owner, channel, "after")
    assert heard(app, socket) == []


def test_whoever_was_deactivated_hears_nothing_more_whatever_they_sent(app: Flask) -> None:
    owner, member = make_person("Owner"), make_person("Member")
    channel = make_channel(owner, "Board", member, kind="private")
    socket = connect(app, create_access_token(member, "phone")[1])
    socket.emit("disconnect", "client disconnect")
    deactivate_person(None, member)
    write(owner, channel, "after")
    assert heard(app, socket) == []


def test_a_socket_can_not_hide_behind_another_token_when_its_own_is_revoked(app: Flask) -> None:
    owner, thief = make_person("Owner"), make_person("Thief")
    channel = make_channel(owner, "Board", kind="private")
    stolen, text = create_access_token(owner, "stolen")
    socket = connect(app, text)
    socket.emit("connect", {}, {"token": create_access_token(thief, "own")[1]})
    revoke_access_token(owner, stolen)
    write(owner, channel, "after")
    assert heard(app, socket) == []
    assert not socket.is_connected()


def test_a_socket_that_went_away_is_forgotten(app: Flask) -> None:
    socket = connect(app, create_access_token(make_person(), "phone")[1])
    assert len(app.extensions["registry"]) == 1
    socket.disconnect()
    assert len(app.extensions["registry"]) == 0


def test_whose_token_has_run_out_hears_nothing_more(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LOOK_AGAIN_SECONDS", 0.0)
    owner = make_person("Owner")
    channel = make_channel(owner, "Board", kind="private")
    token, text = create_access_token(owner, "short", expires_at=now() + timedelta(hours=1))
    lasting = create_access_token(owner, "long")[1]
    short_one, long_one = connect(app, text), connect(app, lasting)
    token.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    write(owner, channel, "after")
    assert heard(app, short_one) == []
    assert not short_one.is_connected()
    assert len(heard(app, long_one)) == 1
