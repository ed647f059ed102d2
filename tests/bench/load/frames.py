"""WebSocket frames (RFC 6455, 7692) and the packets of Engine.IO 4 and Socket.IO 5 in them.

No more than is needed: the server sends text, and whatever a client costs is missing elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from typing import Any

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
OFFER = "permessage-deflate; client_max_window_bits"  # what browsers say
TAIL = b"\x00\x00\xff\xff"  # RFC 7692, 7.2.2
Packet = tuple[str, Any]


def new_key() -> str:
    """Return a random Sec-WebSocket-Key."""
    return base64.b64encode(os.urandom(16)).decode()


def accepts(key: str, answer: str) -> bool:
    """Tell whether a server's Sec-WebSocket-Accept fits the key."""
    digest = hashlib.sha1(key.encode() + GUID.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode() == answer


class Reader:
    """Takes bytes as they come and returns whole messages: (opcode, payload)."""

    def __init__(self, extensions: str = "") -> None:
        self._data = bytearray()
        self._parts = bytearray()
        self._packed = False
        self._forget = "server_no_context_takeover" in extensions
        self._inflate = zlib.decompressobj(-15) if "permessage-deflate" in extensions else None

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the messages that are complete now."""
        self._data += data
        held, at = self._data, 0
        try:
            while len(held) - at >= 2:
                length, start = held[at + 1] & 0x7F, at + 2
                if length == 126:
                    length, start = int.from_bytes(held[at + 2 : at + 4], "big"), at + 4
                elif length == 127:
                    length, start = int.from_bytes(held[at + 2 : at + 10], "big"), at + 10
                if len(held) < start + length:
                    return
                first, payload = held[at], bytes(held[start : start + length])
                at = start + length
                yield from self._frame(first, payload)
        finally:
            del held[:at]

    def _frame(self, first: int, payload: bytes) -> Iterator[tuple[int, bytes]]:
        code = first & 0x0F
        if code >= CLOSE:
            yield code, payload
            return
        if code:
            self._packed = bool(first & 0x40)
        self._parts += payload
        if first & 0x80:
            whole, self._parts = bytes(self._parts), bytearray()
            yield TEXT, self._unpacked(whole) if self._packed else whole

    def _unpacked(self, payload: bytes) -> bytes:
        if self._inflate is None:
            raise ValueError("a compressed frame that nobody agreed on")
        found = self._inflate.decompress(payload + TAIL)
        if self._forget:
            self._inflate = zlib.decompressobj(-15)
        return found


def frame(text: str | bytes, code: int = TEXT) -> bytes:
    """Return one masked frame; masked with zeros, as a client may choose (RFC 6455, 5.3)."""
    payload = text.encode() if isinstance(text, str) else text
    length = len(payload)
    if length < 126:
        head = bytes([0x80 | code, 0x80 | length])
    elif length < 65536:
        head = bytes([0x80 | code, 0x80 | 126]) + length.to_bytes(2, "big")
    else:
        head = bytes([0x80 | code, 0x80 | 127]) + length.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def event(name: str, payload: Any) -> str:
    """Return an event without an acknowledgement."""
    return "42" + json.dumps([name, payload], separators=(",", ":"))


def packet(text: str) -> Packet:
    """Return what a packet is and holds.

    ``open``, ``ping``, ``close``, ``connected``, ``refused``, ``disconnected``; an event has its
    own name behind ``event:``. Anything else is ``other``.
    """
    if text == "2":
        return "ping", None
    kind = text[:2]
    if kind == "42":
        found = json.loads(text[text.index("[") :])
        return f"event:{found[0]}", found[1] if len(found) > 1 else None
    if kind == "40":
        return "connected", None
    if kind == "44":
        return "refused", text[2:]
    if kind == "41":
        return "disconnected", None
    if text[:1] == "0":
        return "open", json.loads(text[1:])
    return ("close" if text[:1] == "1" else "other"), None
