"""Connections that never sign in do not stay."""

from __future__ import annotations

from flask import Flask

from enterprise_social.realtime.unanswered import PATIENCE_SECONDS, Unanswered
from tests.making import make_person, sign_in


def open_connection(app: Flask) -> str:
    """Open an Engine.IO connection by polling and send nothing on it."""
    answer = app.test_client().get("/socket.io/?EIO=4&transport=polling")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_connection_that_never_signs_in_is_closed(make_app):
    app = make_app()
    watch = Unanswered(app.extensions["socketio"])
    sockets = app.extensions["socketio"].server.eio.sockets
    for _ in range(3):
        open_connection(app)
    assert watch.look(100.0) == 0
    assert len(sockets) == 3
    assert watch.look(100.0 + PATIENCE_SECONDS) == 3
    assert len(sockets) == 0


def test_a_signed_in_client_stays(make_app):
    app = make_app()
    with app.app_context():
        http = sign_in(app, make_person())
    socketio = app.extensions["socketio"]
    client = socketio.test_client(app, flask_test_client=http)
    assert client.is_connected()
    watch = Unanswered(socketio)
    watch.look(100.0)
    watch.look(1000.0)
    assert client.is_connected()
    client.disconnect()
