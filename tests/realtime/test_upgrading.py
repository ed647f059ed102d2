"""From polling to WebSocket: nothing is lost on the way, and a connection takes one thread."""

from __future__ import annotations

import json
import socket
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from engineio.packet import MESSAGE, Packet
from flask import Flask
from werkzeug.test import EnvironBuilder

from enterprise_social.realtime.wire import frames
from tests.realtime.listeners import settled
from tests.realtime.test_frames import masked
from tests.realtime.test_lines import HANDSHAKE

PATH = "/socket.io/"


class Browser:
    """A client that polls first, and may ask for WebSockets then."""

    def __init__(self, app: Flask) -> None:
        self.app, self.http = app, app.test_client()
        self.engine = app.extensions["socketio"].server.eio
        opened = self.http.get(f"{PATH}?EIO=4&transport=polling").get_data()
        self.sid: str = json.loads(opened[1:])["sid"]
        self.connection = self.engine.sockets[self.sid]
        self.sockets: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        self.ended: list[BaseException | None] = []
        self.answers: list[str] = []

    def poll(self) -> list[str]:
        """Fetch what waits, or wait for it."""
        answer = self.http.get(f"{PATH}?EIO=4&transport=polling&sid={self.sid}")
        return answer.get_data(as_text=True).split("\x1e")

    def open(self, **headers: str) -> socket.socket:
        """Ask for a WebSocket, in a thread of its own as gunicorn has one for each."""
        theirs, mine = socket.socketpair()
        mine.settimeout(5)
        asked = {"EIO": "4", "transport": "websocket", "sid": self.sid}
        environ = EnvironBuilder(PATH, query_string=asked).get_environ() | HANDSHAKE | headers
        environ |= {"HTTP_CONNECTION": "Upgrade", "HTTP_UPGRADE": "websocket"}
        environ["gunicorn.socket"] = theirs
        self.sockets += [theirs, mine]
        self.threads.append(threading.Thread(target=self._serve, args=(environ,), daemon=True))
        self.threads[-1].start()
        return mine

    def _serve(self, environ: dict[str, Any]) -> None:
        try:
            self.app.wsgi_app(environ, self._answer)
            self.ended.append(None)
        except StopIteration as end:
            self.ended.append(end)

    def _answer(self, status: str, *_rest: Any) -> Any:
        self.answers.append(status)

    def close(self) -> None:
        """End everything."""
        self.connection.close(wait=False, abort=True)
        for each in self.sockets:
            each.close()
        for thread in self.threads:
            thread.join(5)


@pytest.fixture
def browser(app: Flask) -> Iterator[Browser]:
    made = Browser(app)
    yield made
    made.close()


def texts(data: bytes) -> list[str]:
    """Return the short messages that a server's frames hold."""
    found = []
    while data:
        first, size = data[0], data[1]
        payload, data = data[2 : 2 + size], data[2 + size :]
        if first & frames.COMPRESSED:
            payload = zlib.decompress(payload + frames.TAIL, -zlib.MAX_WBITS)
        found.append(payload.decode())
    return found


def opened(sock: socket.socket) -> None:
    """Read the answer to the handshake."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    assert head.startswith(b"HTTP/1.1 101 ")


def test_what_is_sent_while_a_client_changes_over_comes_once_and_in_order(
    browser: Browser,
) -> None:
    send = browser.connection.send
    sock = browser.open()
    opened(sock)
    send(Packet(MESSAGE, "1"))
    assert browser.poll() == ["41"]
    sock.sendall(masked(frames.TEXT, b"2probe"))
    assert texts(sock.recv(4096)) == ["3probe"]
    send(Packet(MESSAGE, "2"))
    assert browser.poll() == ["6"]  # nothing more by this way
    send(Packet(MESSAGE, "3"))
    sock.sendall(masked(frames.TEXT, b"5"))
    settled(lambda: browser.connection.upgraded, 5, "it has changed over")
    send(Packet(MESSAGE, "4"))
    assert texts(sock.recv(4096)) == ["42", "43", "44"]
    sock.close()
    settled(lambda: bool(browser.ended), 5, "its thread ends")
    assert browser.sid not in browser.engine.sockets


def test_a_connection_has_one_websocket_at_a_time(browser: Browser) -> None:
    first = browser.open()
    opened(first)
    browser.open()
    settled(lambda: len(browser.ended) == 1, 5, "the second is sent away")
    assert browser.answers == ["400 BAD REQUEST"]
    first.close()
    settled(lambda: len(browser.ended) == 2, 5, "the first has gone")
    opened(browser.open())


def test_one_that_asks_and_is_silent_keeps_no_thread(browser: Browser) -> None:
    browser.engine.ping_timeout = 0.05
    opened(browser.open())
    settled(lambda: bool(browser.ended), 5, "its thread ends")
    assert not browser.connection.upgrading
    browser.connection.send(Packet(MESSAGE, "still polled"))
    assert browser.poll() == ["4still polled"]


def test_a_connection_that_is_over_comes_not_back_by_changing_over(browser: Browser) -> None:
    sock = browser.open()
    opened(sock)
    sock.sendall(masked(frames.TEXT, b"2probe"))
    assert texts(sock.recv(4096)) == ["3probe"]
    browser.connection.close(wait=False, abort=True)
    assert sock.recv(4096) == frames.close_frame(frames.GOING_AWAY)
    sock.sendall(masked(frames.TEXT, b"5"))
    settled(lambda: bool(browser.ended), 5, "its thread ends")
    assert not browser.connection.upgraded


def test_another_version_of_the_protocol_is_told_which_is_spoken(browser: Browser) -> None:
    asked = f"{PATH}?EIO=4&transport=websocket&sid={browser.sid}"
    theirs, mine = socket.socketpair()
    browser.sockets += [theirs, mine]
    answer = browser.http.get(
        asked,
        headers={"Connection": "Upgrade", "Upgrade": "websocket"},
        environ_overrides=HANDSHAKE
        | {"HTTP_SEC_WEBSOCKET_VERSION": "8", "gunicorn.socket": theirs},
    )
    assert (answer.status_code, answer.headers["Sec-WebSocket-Version"]) == (400, "13")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 200),
        ("http://localhost.evil.example", 400),
        ("https://evil.example", 400),
        ("null", 400),
    ],
)
def test_pages_of_other_sites_open_no_connection(app: Flask, origin: str, status: int) -> None:
    answer = app.test_client().get(f"{PATH}?EIO=4&transport=polling", headers={"Origin": origin})
    assert answer.status_code == status
