"""One WebSocket at the server's end: read by the thread that has it, written by whoever sends.

Sending never waits. What the kernel takes is gone; the rest waits here, is sent by a task of its
own, and where too much waits the line is cut.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from enterprise_social.realtime.wire import frames

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# What a client may ask of compression (RFC 7692, section 7.1) for one frame to serve many.
SHAREABLE = {
    "client_max_window_bits",
    "client_no_context_takeover",
    "server_no_context_takeover",
}
READ_BYTES = 4096
CHUNK_BYTES = 65_536
# What the kernel may keep for one that reads slowly; by itself it would take up to some megabytes.
KERNEL_BYTES = 131_072


class BadHandshake(Exception):
    """What asks is not a WebSocket of version 13."""


class Line:
    """A connection after its handshake."""

    def __init__(
        self,
        sock: Any,
        begin: Callable[..., Any],
        *,
        largest: int,
        most_waiting: int,
        deflates: bool = False,
    ) -> None:
        """``begin`` starts a background task; sizes are in bytes."""
        self.deflates = deflates
        self.lost = False
        self.too_slow = False
        self._ended = False
        self._sock = sock
        self._begin = begin
        self._most_waiting = most_waiting
        self._reader = frames.Reader(largest, inflates=deflates)
        self._read: deque[str | bytes] | None = None
        self._is_over = False
        self._lock = threading.Lock()
        # None while everything that was sent has been taken.
        self._waiting: deque[bytes] | None = None
        self._waiting_bytes = 0
        # One that is gone already is found so where it is read.
        with suppress(OSError):
            sock.settimeout(None)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BYTES)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._plain = not isinstance(sock, ssl.SSLSocket)
        # gevent's sockets wait by themselves unless they are told not to.
        self._not_waiting = {"timeout": 0.0} if type(sock).__module__.startswith("gevent") else {}

    @property
    def waiting(self) -> int:
        """How many bytes were sent and not yet taken."""
        return self._waiting_bytes

    def send(self, data: bytes, *, last: bool = False) -> None:
        """Send whole frames, in the order of the calls, without waiting for the other end.

        After the ``last`` ones nothing is sent any more (RFC 6455, section 5.5.1).
        """
        with self._lock:
            if self.lost or self._ended:
                return
            self._ended = last
            if self._waiting is not None:
                self._keep(data)
                return
            rest = self._give(data)
            if not rest or self.lost:
                return
            self._keep(rest)
        if not self.lost:
            try:
                self._begin(self._send_rest)
            except RuntimeError:
                # No thread is to be had. Whoever sends to many goes on with the next.
                self.cut()

    def be_patient(self, seconds: float | None) -> None:
        """Wait so long for what comes next, or with None for as long as it takes."""
        with suppress(OSError):
            self._sock.settimeout(seconds)

    def read(self) -> str | bytes | None:
        """Wait for the next message; None once there will be none any more."""
        while not self._read:
            self._read = None
            if self._is_over:
                return None
            try:
                data = self._sock.recv(READ_BYTES)
            except OSError:
                data = b""
            # What came before a goodbye is still heard.
            self._is_over = not data or not self._understand(data)
        return self._read.popleft()

    def end(self, code: int, reason: str = "") -> None:
        """Say goodbye, once; whatever is sent later means nothing to the other end."""
        self.send(frames.close_frame(code, reason), last=True)

    def cut(self) -> None:
        """End the connection at once, also for whoever waits in it."""
        self.lost = True
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def _understand(self, data: bytes) -> bool:
        """Take in what came; tell whether more may come."""
        try:
            for opcode, message in self._reader.feed(data):
                if opcode == frames.PING:
                    self.send(frames.frame(frames.PONG, _bytes(message)))
                elif opcode == frames.CLOSE:
                    self.end(int.from_bytes(_bytes(message)[:2], "big") or frames.NORMAL)
                    return False
                elif opcode != frames.PONG:
                    self._read = self._read or deque()
                    self._read.append(message)
        except frames.ProtocolError as error:
            self.end(error.code, str(error))
            return False
        return True

    def _give(self, data: bytes) -> bytes:
        """Give the kernel what it takes at once; returns the rest."""
        if not self._plain:
            return data
        try:
            sent = self._sock.send(data, socket.MSG_DONTWAIT, **self._not_waiting)
        except BlockingIOError:
            return data
        except OSError:
            self.lost = True
            return b""
        return data[sent:] if sent < len(data) else b""

    def _keep(self, data: bytes) -> None:
        self._waiting = self._waiting or deque()
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes > self._most_waiting:
            self.too_slow = True
            self.cut()

    def _send_rest(self) -> None:
        """Send what waits, for as long as something does."""
        while True:
            with self._lock:
                if self.lost or not self._waiting:
                    self._waiting, self._waiting_bytes = None, 0
                    return
                chunk = self._waiting.popleft()
                while self._waiting and len(chunk) + len(self._waiting[0]) <= CHUNK_BYTES:
                    chunk += self._waiting.popleft()
            try:
                self._sock.sendall(chunk)
            except OSError:
                self.lost = True
            with self._lock:
                self._waiting_bytes -= len(chunk)


def accept(environ: Mapping[str, Any], sock: Any, *, deflates: bool) -> bool:
    """Answer the handshake of RFC 6455, section 4.2; tell whether messages will be compressed.

    Raises BadHandshake before anything is sent.
    """
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    try:
        nonce = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadHandshake from error
    if len(nonce) != 16 or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        raise BadHandshake
    digest = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest())  # noqa: S324
    extension = b""
    agreed = deflates and _may_deflate(environ.get("HTTP_SEC_WEBSOCKET_EXTENSIONS", ""))
    if agreed:
        extension = (
            b"Sec-WebSocket-Extensions: permessage-deflate;"
            b" server_no_context_takeover; client_no_context_takeover\r\n"
        )
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    sock.sendall(head + b"Sec-WebSocket-Accept: " + digest + b"\r\n" + extension + b"\r\n")
    return agreed


def _may_deflate(offered: str) -> bool:
    """Tell whether an offer of RFC 7692 can be taken: a smaller window can't be shared."""
    for offer in offered.lower().split(","):
        name, *parameters = (part.strip() for part in offer.split(";"))
        asked = {each.partition("=")[0].strip() for each in parameters}
        if name == "permessage-deflate" and asked <= SHAREABLE:
            return True
    return False


def _bytes(message: str | bytes) -> bytes:
    return message if isinstance(message, bytes) else message.encode()
