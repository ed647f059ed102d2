"""WebSocket frames: read as they were written, however they are cut, and refused where broken."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import BytesMessage, Ping, TextMessage
from wsproto.extensions import PerMessageDeflate

from enterprise_social.realtime.wire import frames
from enterprise_social.realtime.wire.frames import FIN, ProtocolError, Reader

LARGEST = 100_000
# Close codes that stand for what happened and are never sent, or for nothing.
NEVER_SENT = (0, 999, 1004, 1005, 1006, 1015, 2999, 5000)


def masked(opcode: int, payload: bytes, flags: int = FIN) -> bytes:
    """Write a frame as a client does."""
    plain = frames.frame(opcode, payload, flags)
    head, mask = plain[: len(plain) - len(payload)], b"\x37\xfa\x21\x3d"
    body = bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))
    return bytes([head[0], head[1] | 0x80]) + head[2:] + mask + body


@given(st.lists(st.text(max_size=300) | st.binary(max_size=300)), st.integers(1, 97))
def test_messages_come_out_whole_however_the_bytes_are_cut(messages, step):
    sent = b"".join(
        masked(frames.TEXT, each.encode()) if isinstance(each, str) else masked(frames.BINARY, each)
        for each in messages
    )
    reader, found = Reader(LARGEST), []
    for start in range(0, len(sent), step):
        found += [message for _opcode, message in reader.feed(sent[start : start + step])]
    assert found == messages


def a_client(compresses: bool) -> Connection:
    """Return a client of wsproto's, which nothing here has written."""
    extension = PerMessageDeflate()
    extension.finalize("x; client_no_context_takeover; server_no_context_takeover")
    return Connection(ConnectionType.CLIENT, [extension] if compresses else [])


PARTS = st.lists(st.text(max_size=200), min_size=1, max_size=4)


@given(st.lists(PARTS), st.booleans(), st.integers(1, 97))
def test_what_another_implementation_writes_is_read(messages, compresses, step):
    client, sent = a_client(compresses), b""
    for parts in messages:
        for part in parts[:-1]:
            sent += client.send(TextMessage(part, message_finished=False))
            sent += client.send(Ping(b"here?"))
        sent += client.send(TextMessage(parts[-1]))
    reader, found = Reader(LARGEST, inflates=compresses), []
    for start in range(0, len(sent), step):
        found += reader.feed(sent[start : start + step])
    told = [message for opcode, message in found if opcode == frames.TEXT]
    assert told == ["".join(parts) for parts in messages]
    assert len(found) - len(told) == sum(len(parts) - 1 for parts in messages)


@given(st.lists(st.text(max_size=300) | st.binary(max_size=300)), st.booleans())
def test_what_is_written_another_implementation_reads(messages, compresses):
    client, found = a_client(compresses), []
    write = frames.compressed if compresses else frames.frame
    for each in messages:
        is_text = isinstance(each, str)
        payload = each.encode() if is_text else each
        client.receive_data(write(frames.TEXT if is_text else frames.BINARY, payload))
    for event in client.events():
        assert isinstance(event, TextMessage | BytesMessage)
        assert event.message_finished
        found.append(event.data if isinstance(event, TextMessage) else bytes(event.data))
    assert found == messages


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, LARGEST])
def test_every_way_of_writing_a_length_is_read(size):
    assert Reader(LARGEST).feed(masked(frames.TEXT, b"x" * size)) == [(frames.TEXT, "x" * size)]


def test_a_message_in_parts_is_one_with_a_ping_in_between():
    sent = masked(frames.TEXT, "Gr\u00fc".encode()[:3], flags=0)
    sent += masked(frames.PING, b"here?")
    sent += masked(frames.CONTINUATION, "Gr\u00fc\u00dfe".encode()[3:])
    assert Reader(LARGEST).feed(sent) == [(frames.PING, b"here?"), (frames.TEXT, "Gr\u00fc\u00dfe")]


def test_what_comes_between_the_parts_of_a_message_does_not_add_to_its_size():
    sent = masked(frames.TEXT, b"x" * LARGEST, 0) + masked(frames.PING, b"here?" * 20)
    reader = Reader(LARGEST)
    assert reader.feed(sent) == [(frames.PING, b"here?" * 20)]
    assert reader.feed(masked(0, b"")) == [(frames.TEXT, "x" * LARGEST)]


def test_what_was_compressed_is_read_and_a_bomb_is_not():
    def packed(payload: bytes) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        done = packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)
        return masked(frames.TEXT, done[:-4], FIN | frames.COMPRESSED)

    assert Reader(LARGEST, inflates=True).feed(packed(b"again " * 200)) == [
        (frames.TEXT, "again " * 200)
    ]
    with pytest.raises(ProtocolError) as refused:
        Reader(LARGEST, inflates=True).feed(packed(b"0" * 50_000_000))
    assert refused.value.code == frames.TOO_LARGE


def test_a_compressed_frame_is_shorter_and_means_the_same():
    html = b"<article>much the same</article>" * 100
    frame = frames.compressed(frames.TEXT, html)
    assert len(frame) < len(html) / 10
    assert frame[0] == FIN | frames.COMPRESSED | frames.TEXT
    packed = frame[2:] if frame[1] < 126 else frame[4:]
    assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed + frames.TAIL) == html


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frames.frame(frames.TEXT, b"no mask"), frames.WRONG),
        (masked(frames.TEXT, b"reserved", FIN | 0x20), frames.WRONG),
        (masked(frames.TEXT, b"not agreed", FIN | frames.COMPRESSED), frames.WRONG),
        (masked(0x3, b"unknown"), frames.WRONG),
        (masked(0xB, b"unknown"), frames.WRONG),
        (masked(frames.PING, b"in parts", 0), frames.WRONG),
        (masked(frames.PING, b"x" * 126), frames.WRONG),
        (masked(frames.CONTINUATION, b"of nothing"), frames.WRONG),
        (masked(frames.TEXT, b"a", 0) + masked(frames.TEXT, b"b"), frames.WRONG),
        (masked(frames.TEXT, b"\xff"), frames.NOT_TEXT),
        (masked(frames.TEXT, b"x" * (LARGEST + 1))[:14], frames.TOO_LARGE),
        (masked(frames.TEXT, b"x" * LARGEST, 0) + masked(0, b"x"), frames.TOO_LARGE),
        (masked(frames.CLOSE, b"\x03"), frames.WRONG),
        *((masked(frames.CLOSE, code.to_bytes(2, "big")), frames.WRONG) for code in NEVER_SENT),
        (masked(frames.CLOSE, b"\x03\xe8\xff"), frames.NOT_TEXT),
    ],
)
def test_what_breaks_the_protocol_ends_it_with_its_code(sent, code):
    with pytest.raises(ProtocolError) as refused:
        Reader(LARGEST).feed(sent)
    assert refused.value.code == code
