"""A cheap HTTP/1.1 client: what it costs would be taken from the server that is measured."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any


class Line:
    """One kept-alive connection; it is made anew where the server has closed it."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None) -> None:
        self._port = port
        lines = {"Host": f"127.0.0.1:{port}", "Accept": "*/*", **(headers or {})}
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._socket: socket.socket | None = None

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body of a GET."""
        return self._exchange(f"GET {path} HTTP/1.1\r\n{self._headers}\r\n".encode())

    def post(self, path: str, document: Any) -> tuple[int, bytes]:
        """Return status and body of a POST of JSON."""
        body = json.dumps(document).encode()
        head = (
            f"POST {path} HTTP/1.1\r\n{self._headers}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return self._exchange(head.encode() + body)

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, request: bytes) -> tuple[int, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:])
        length = int(fields.get("content-length", 0))
        while len(body) < length:
            body += self._more()
        if fields.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1]), body

    def _more(self) -> bytes:
        if self._socket is None:
            raise ConnectionError("closed")
        part = self._socket.recv(262_144)
        if not part:
            self.close()
            raise ConnectionError("the server closed the connection")
        return part
