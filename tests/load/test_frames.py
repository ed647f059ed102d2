"""The generator's WebSocket reader, against a peer that knows the standard."""

from __future__ import annotations

import pytest
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage
from wsproto.extensions import PerMessageDeflate

from tests.bench.load import frames

SENT = ["2", '42["live",{"seq":1}]', "x" * 126, "Zażółć gęślą jaźń 漢字 " * 5_000, ""]


def _server(deflate: bool) -> tuple[Connection, str]:
    extension = PerMessageDeflate()
    agreed = extension.accept(frames.OFFER) if deflate else None
    extensions = [extension] if deflate else []
    answer = f"{extension.name}; {agreed}" if deflate else ""
    return Connection(ConnectionType.SERVER, extensions), answer


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("piece", [1, 700, 1 << 20])
def test_messages_come_whole_however_they_are_cut(deflate: bool, piece: int) -> None:
    server, answer = _server(deflate)
    data = b"".join(server.send(TextMessage(data=text)) for text in SENT)
    reader = frames.Reader(answer)
    found = [
        payload.decode()
        for start in range(0, len(data), piece)
        for code, payload in reader.feed(data[start : start + piece])
        if code == frames.TEXT
    ]
    assert found == SENT


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_frames_of_every_length_are_read_by_others(length: int) -> None:
    server, _answer = _server(deflate=False)
    server.receive_data(frames.frame("a" * length))
    assert "".join(event.data for event in server.events()) == "a" * length


def test_the_acceptance_of_the_handshake_is_the_one_of_the_standard() -> None:
    # The example of RFC 6455, 1.3.
    assert frames.accepts("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    assert not frames.accepts("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOp=")
