"""Connections of urllib3 whose answer must begin in time: each byte of its head within one limit.

The library's timeout is for one read. A server that sends a byte of a header now and then, for
ever, would never meet it.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection


class _Line(io.RawIOBase):
    """What a socket reads, with a moment after which nothing is read any more."""

    def __init__(self, sock: socket.socket, ends: float) -> None:
        super().__init__()
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self.ends: float | None = ends

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.ends is None:
            return self._file.readinto(buffer)
        usual, left = self._sock.gettimeout(), self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not begin in time")
        self._sock.settimeout(left if usual is None else min(usual, left))
        try:
            return self._file.readinto(buffer)
        finally:
            self._sock.settimeout(usual)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Socket:
    """A socket as ``http.client`` reads an answer from it."""

    def __init__(self, line: _Line) -> None:
        self._line = line

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._line)


def _begins_in_time(seconds: Callable[[], float], kind: type[HTTPConnection]) -> Any:
    class Connection(kind):  # type: ignore[misc, valid-type]
        """A connection whose answers begin in time."""

        def getresponse(self) -> Any:
            lines: list[_Line] = []

            def read(sock: socket.socket, *given: Any, **named: Any) -> HTTPResponse:
                lines.append(_Line(sock, time.monotonic() + seconds()))
                return HTTPResponse(_Socket(lines[0]), *given, **named)  # type: ignore[arg-type]

            self.response_class = read
            answer = super().getresponse()
            # Its body has a limit of its own; see ``Outgoing``.
            lines[0].ends = None
            return answer

    return Connection


def plain(seconds: Callable[[], float]) -> type[HTTPConnection]:
    """Return the class of plain connections whose answers begin within ``seconds()``."""
    return _begins_in_time(seconds, HTTPConnection)  # type: ignore[no-any-return]


def secure(seconds: Callable[[], float]) -> type[HTTPSConnection]:
    """Return the same for connections by TLS."""
    return _begins_in_time(seconds, HTTPSConnection)  # type: ignore[no-any-return]
