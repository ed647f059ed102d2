"""Stopping well: nobody is cut off, nothing is done by halves, and everybody comes back."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from enterprise_social import create_app
from enterprise_social.accounts.actions import request_password_reset
from enterprise_social.core.db import db
from tests.realtime.conftest import Listen
from tests.realtime.listeners import PythonListener
from tests.realtime.people import Person, make_people
from tests.services.process import Process, listening
from tests.services.server import LiveServer, program
from tests.services.smtp import MailSink

MakeServer = Callable[..., LiveServer]


def terminate(process: Process) -> float:
    """Ask a process to end and return when that was."""
    process.signal(signal.SIGTERM, group=False)
    return time.monotonic()


def ended(process: Process, since: float) -> int:
    """Wait for the end; it must come within ten seconds. Returns the exit code."""
    code = process.popen.wait(10)
    assert time.monotonic() - since < 10
    return code


class HalfRequest:
    """A POST whose second half is still to come."""

    def __init__(self, server: LiveServer, person: Person, path: str, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self._rest = content[5:]
        head = (
            f"POST /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {person.token}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=15)
        self._socket.sendall(head.encode() + content[:5])

    def finish(self) -> str:
        """Send the rest and return the whole answer."""
        self._socket.sendall(self._rest)
        parts = []
        with self._socket:
            while part := self._socket.recv(65536):
                parts.append(part)
                if b"\r\n\r\n" in part or part.endswith(b"}\n"):
                    break
        return b"".join(parts).decode()


def test_sockets_are_told_to_come_back_and_do(make_live_server: MakeServer, listen: Listen) -> None:
    server = make_live_server()
    ada, ben = make_people(server, "Ada", "Ben")
    server.start()
    channel_id = ada.make_channel("before and after", ben)
    by_socket = [listen(person) for person in (ada, ben)]
    # Whoever polls may be between two requests just now; the next one finds nobody.
    by_polling = [listen(person, transport="polling") for person in (ada, ben)]
    clients = by_socket + by_polling
    begun = terminate(server.process)
    for client in by_socket:
        told = client.wait("bye", seconds=8)
        assert 0 < told["retry_in_ms"] <= 5000
    for client in clients:
        client.wait("disconnect", seconds=10)
    assert ended(server.process, begun) == 0
    assert not listening(server.port)
    server.start()
    for client in clients:
        client.wait_count("ready", 2)
    post = ada.write(channel_id, "here again")
    for client in clients:
        heard = client.wait("post_created", lambda data: data["channel_id"] == channel_id)
        assert heard["post"]["id"] == post["id"]
    for person in (ada, ben):
        person.http.close()


def test_the_bye_of_many_is_spread(make_live_server: MakeServer) -> None:
    server = make_live_server()
    (ada,) = make_people(server, "Ada")
    server.start()
    clients = [PythonListener(server.url, ada.auth).connected() for _ in range(12)]
    try:
        begun = terminate(server.process)
        waits = {client.wait("bye", seconds=5)["retry_in_ms"] for client in clients}
        assert len(waits) > 6
        assert ended(server.process, begun) == 0
    finally:
        for client in clients:
            client.close()
        ada.http.close()


def test_an_open_request_is_answered_and_kept(make_live_server: MakeServer) -> None:
    server = make_live_server()
    (ada,) = make_people(server, "Ada")
    server.start()
    channel_id = ada.make_channel("last words")
    half = HalfRequest(server, ada, f"/channels/{channel_id}/posts", {"body": "just in time"})
    client = PythonListener(server.url, ada.auth).connected()
    begun = terminate(server.process)
    client.wait("bye")
    client.close()
    answer = half.finish()
    assert answer.startswith("HTTP/1.1 201 ")
    assert ended(server.process, begun) == 0
    server.start()
    posts = ada.call("GET", f"/channels/{channel_id}/posts")["items"]
    assert [post["body"] for post in posts] == ["just in time"]
    ada.http.close()


class SlowSink(MailSink):
    """Takes a mail only once it is let."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.released = threading.Event()
        super().__init__()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Wait, then take it."""
        self.entered.set()
        while not self.released.is_set():
            await asyncio.sleep(0.01)
        return await super().handle_DATA(server, session, envelope)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_the_job_at_hand_is_finished(make_live_server: MakeServer, command: str) -> None:
    sink = SlowSink()
    try:
        server = make_live_server(SMTP_URL=sink.url)
        (ada,) = make_people(server, "Ada")
        ada.http.close()
        ask_for_reset(server, ada.email)
        process = Process([*program(), command], server.log, server.env)
        assert sink.entered.wait(40)
        begun = terminate(process)
        with pytest.raises(subprocess.TimeoutExpired):
            process.popen.wait(0.5)
        sink.released.set()
        assert ended(process, begun) == 0
        assert len(sink.mails) == 1
        with closing(sqlite3.connect(server.data_dir / "enterprise-social.db")) as database:
            # What is done each day waits for its time.
            left = "SELECT count(*) FROM outbox_jobs WHERE event != 'core.DayBegun'"
            assert database.execute(left).fetchone() == (0,)
    finally:
        sink.released.set()
        sink.stop()


def test_it_stops_at_once_where_nothing_is_open(live_server: LiveServer) -> None:
    begun = terminate(live_server.process)
    assert ended(live_server.process, begun) == 0
    assert "Traceback" not in live_server.process.tail()


def ask_for_reset(server: LiveServer, email: str) -> None:
    """Leave a mail to be sent in the outbox of a server that doesn't run yet."""
    names = ("DATA_DIR", "DATABASE_URL", "SMTP_URL", "SECRET_KEY", "BASE_URL")
    app = create_app({"TESTING": True, **{n: server.env[n] for n in names if n in server.env}})
    with app.app_context():
        request_password_reset(email)
        db.session.remove()
        db.engine.dispose()
