"""Sending never waits: a client that doesn't read holds nobody up, and is let go in the end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from enterprise_social.realtime.wire import frames
from enterprise_social.realtime.wire.line import BadHandshake, Line, accept
from tests.realtime.listeners import settled
from tests.realtime.test_frames import masked

MOST = 200_000
HANDSHAKE = {
    "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
}


class Pair:
    """A line and its client's end."""

    def __init__(self) -> None:
        self.tasks: list[threading.Thread] = []
        self.server, self.client = socket.socketpair()
        self.line = Line(self.server, self.begin, largest=100_000, most_waiting=MOST)

    def begin(self, run: object) -> None:
        """Start a task beside."""
        self.tasks.append(threading.Thread(target=run, daemon=True))  # type: ignore[arg-type]
        self.tasks[-1].start()

    def close(self) -> None:
        """End both."""
        self.line.cut()
        self.client.close()
        for task in self.tasks:
            task.join(5)
        self.server.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.close()


def received(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := client.recv(65_536)):
        data += part
    return data


def test_what_the_kernel_takes_needs_no_task(pair: Pair) -> None:
    pair.line.send(b"at once")
    assert received(pair.client, 7) == b"at once"
    assert (pair.line.waiting, pair.tasks) == (0, [])


def test_what_waits_comes_whole_and_in_order_once_it_is_read(pair: Pair) -> None:
    pair.client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sent = [f"{number:06d}".encode() * 200 for number in range(400)]
    read = bytearray()

    def read_all() -> None:
        read.extend(received(pair.client, 400 * 1200))

    reader = threading.Thread(target=read_all)
    for number, each in enumerate(sent):
        pair.line.send(each)
        if number == 100:
            reader.start()
        if pair.line.waiting > MOST // 2:
            settled(lambda: pair.line.waiting < MOST // 4, 10, "what waits is sent")
    reader.join(10)
    assert bytes(read) == b"".join(sent)
    settled(lambda: pair.line.waiting == 0, 5, "nothing waits")


def test_one_that_never_reads_is_cut_and_keeps_no_more_than_its_share(pair: Pair) -> None:
    post, most = b"x" * 4000, 0
    for _ in range(20_000):
        pair.line.send(post)
        most = max(most, pair.line.waiting)
    assert pair.line.too_slow
    assert pair.line.lost
    assert most <= MOST + len(post)
    assert pair.line.read() is None


def test_one_that_is_gone_before_it_began_says_and_hears_nothing(pair: Pair) -> None:
    pair.server.close()
    line = Line(pair.server, pair.begin, largest=100_000, most_waiting=MOST)
    line.send(b"nobody hears it")
    assert line.read() is None


def test_ping_is_answered_and_a_broken_frame_ends_it(pair: Pair) -> None:
    pair.client.sendall(masked(frames.PING, b"here?") + masked(frames.TEXT, b"word"))
    assert pair.line.read() == "word"
    pong = frames.frame(frames.PONG, b"here?")
    assert received(pair.client, len(pong)) == pong
    pair.client.sendall(frames.frame(frames.TEXT, b"no mask"))
    assert pair.line.read() is None
    assert (
        received(pair.client, 4)[:4] == frames.close_frame(frames.WRONG, "frame without a mask")[:4]
    )


def test_what_was_said_before_goodbye_is_heard_and_nothing_is_said_after_it(pair: Pair) -> None:
    goodbye = frames.close_frame(frames.GOING_AWAY)
    last = masked(frames.TEXT, b"the last word") + masked(frames.CLOSE, goodbye[2:])
    pair.client.sendall(last + masked(frames.TEXT, b"too late"))
    assert pair.line.read() == "the last word"
    assert pair.line.read() is None
    pair.line.send(frames.frame(frames.TEXT, b"too late"))
    pair.line.cut()
    assert received(pair.client, 1000) == goodbye


def test_where_no_thread_is_to_be_had_one_is_cut_and_its_sender_goes_on(pair: Pair) -> None:
    def no_thread(_run: object) -> None:
        raise RuntimeError("can't start new thread")

    pair.line._begin = no_thread
    while not pair.line.lost:
        pair.line.send(b"x" * 50_000)
    assert pair.line.read() is None


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [
        ("", False),
        ("permessage-deflate; client_max_window_bits", True),
        ("permessage-deflate; server_max_window_bits=10", False),
        ("permessage-deflate; server_max_window_bits=10, permessage-deflate", True),
        ("x-webkit-deflate-frame", False),
    ],
)
def test_compression_is_agreed_to_where_one_frame_can_serve_many(
    offered: str, agreed: bool
) -> None:
    server, client = socket.socketpair()
    environ = {**HANDSHAKE, "HTTP_SEC_WEBSOCKET_EXTENSIONS": offered}
    assert accept(environ, server, deflates=True) is agreed
    answer = client.recv(4096).decode()
    # The example of RFC 6455, section 1.3.
    assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert ("server_no_context_takeover" in answer) is agreed
    server.close()
    client.close()


@pytest.mark.parametrize("name", list(HANDSHAKE))
def test_what_is_no_websocket_gets_no_answer(name: str) -> None:
    server, client = socket.socketpair()
    with pytest.raises(BadHandshake):
        accept({**HANDSHAKE, name: "8"}, server, deflates=True)
    server.close()
    assert client.recv(10) == b""
    client.close()
