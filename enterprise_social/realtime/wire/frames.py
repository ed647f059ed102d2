"""WebSocket frames, written and read at the server's end.

RFC 6455, sections 5.2 to 5.5; compression as of RFC 7692 without context takeover, so that one
compressed frame serves all recipients and no connection keeps a window.
"""

from __future__ import annotations

import zlib

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUATION = 0x0
FIN, COMPRESSED, RESERVED = 0x80, 0x40, 0x30
MASKED = 0x80
# Status codes of RFC 6455, section 7.4.1.
NORMAL, GOING_AWAY, WRONG, NOT_TEXT, POLICY, TOO_LARGE = 1000, 1001, 1002, 1007, 1008, 1009
# Those that may be sent: of the registry, and of libraries and applications.
CODES = {1000, 1001, 1002, 1003, *range(1007, 1015)}
OWN_CODES = range(3000, 5000)
# Smaller ones gain nothing.
COMPRESSED_FROM = 860
# A block that ends on a byte's border ends so, and that is left out: RFC 7692, section 7.2.1.
TAIL = b"\x00\x00\xff\xff"


class ProtocolError(Exception):
    """The other end broke the protocol; ``code`` says how when the connection is closed."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def frame(opcode: int, payload: bytes, flags: int = FIN) -> bytes:
    """Write one unmasked frame."""
    size = len(payload)
    if size < 126:
        return bytes((flags | opcode, size)) + payload
    if size < 65_536:
        return bytes((flags | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((flags | opcode, 127)) + size.to_bytes(8, "big") + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """Write the frame that ends a connection."""
    return frame(CLOSE, code.to_bytes(2, "big") + reason.encode()[:120])


def compressed(opcode: int, payload: bytes) -> bytes:
    """Write one compressed frame."""
    # A little compression: the next level takes twice as long and saves a tenth.
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)
    return frame(opcode, packed[: -len(TAIL)], FIN | COMPRESSED)


class Reader:
    """Finds whole messages in what a client sends."""

    __slots__ = ("_compressed", "_data", "_inflates", "_kind", "_largest", "_parts")

    def __init__(self, largest: int, *, inflates: bool = False) -> None:
        self._largest = largest
        self._inflates = inflates
        self._data = b""
        self._kind = 0
        self._compressed = False
        self._parts = b""

    def feed(self, data: bytes) -> list[tuple[int, str | bytes]]:
        """Return the messages that are whole now, each with its opcode. Raises ProtocolError."""
        data = self._data + data if self._data else data
        found: list[tuple[int, str | bytes]] = []
        at = 0
        while (step := self._one(data, at, found)) > 0:
            at += step
        self._data = data[at:]
        return found

    def _one(self, data: bytes, at: int, found: list[tuple[int, str | bytes]]) -> int:
        """Read the frame at a place and return its length, 0 where it isn't whole yet."""
        if len(data) - at < 2:
            return 0
        first, second = data[at], data[at + 1]
        size, start = second & 0x7F, at + 2
        self._check(first, second)
        if size > 125:
            width = 2 if size == 126 else 8
            if len(data) < start + width:
                return 0
            size, start = int.from_bytes(data[start : start + width], "big"), start + width
        # What comes between the parts of a message is no part of it.
        if size + (len(self._parts) if first & 0x0F < CLOSE else 0) > self._largest:
            raise ProtocolError(TOO_LARGE, "message too large")
        end = start + 4 + size
        if len(data) < end:
            return 0
        payload = _unmasked(data[start : start + 4], data[start + 4 : end])
        self._take(first, payload, found)
        return end - at

    def _check(self, first: int, second: int) -> None:
        opcode = first & 0x0F
        if not second & MASKED:
            raise ProtocolError(WRONG, "frame without a mask")
        if first & RESERVED or (first & COMPRESSED and not (self._inflates and opcode in (1, 2))):
            raise ProtocolError(WRONG, "reserved bit")
        if opcode >= CLOSE:
            if opcode > PONG or not first & FIN or second & 0x7F > 125:
                raise ProtocolError(WRONG, "control frame")
        elif opcode > BINARY or (opcode == CONTINUATION) != bool(self._kind):
            raise ProtocolError(WRONG, "fragment out of place")

    def _take(self, first: int, payload: bytes, found: list[tuple[int, str | bytes]]) -> None:
        opcode = first & 0x0F
        if opcode >= CLOSE:
            if opcode == CLOSE and payload:
                _check_goodbye(payload)
            found.append((opcode, payload))
            return
        if opcode != CONTINUATION:
            self._kind, self._compressed = opcode, bool(first & COMPRESSED)
        self._parts += payload
        if first & FIN:
            kind, whole = self._kind, self._parts
            self._kind, self._parts = 0, b""
            found.append((kind, self._message(kind, whole)))

    def _message(self, kind: int, whole: bytes) -> str | bytes:
        if self._compressed:
            whole = self._inflated(whole)
        if kind == BINARY:
            return whole
        try:
            return whole.decode()
        except UnicodeDecodeError as error:
            raise ProtocolError(NOT_TEXT, "not UTF-8") from error

    def _inflated(self, packed: bytes) -> bytes:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            whole = unpacker.decompress(packed + TAIL, self._largest + 1)
        except zlib.error as error:
            raise ProtocolError(NOT_TEXT, "not deflated") from error
        if len(whole) > self._largest:
            raise ProtocolError(TOO_LARGE, "message too large")
        return whole


def _check_goodbye(payload: bytes) -> None:
    """Raise ProtocolError where a close frame says what none may: RFC 6455, sections 5.5.1, 7.4."""
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not (code in CODES or code in OWN_CODES):
        raise ProtocolError(WRONG, "close code")
    try:
        payload[2:].decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(NOT_TEXT, "not UTF-8") from error


def _unmasked(mask: bytes, payload: bytes) -> bytes:
    """Undo the masking (RFC 6455, section 5.3) as one large number, which is quick."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
