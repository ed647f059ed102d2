"""HTTP/1.1 for many people in one process: kept-alive connections, no more than is needed."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 30.0
HEAD_END = b"\r\n\r\n"
NO_BODY = (204, 304)


@dataclass(frozen=True)
class Answer:
    """What came; ``status`` 0 means that nothing did."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    seconds: float = 0.0
    why: str = ""

    @property
    def text(self) -> str:
        """The content as text."""
        if self.headers.get("content-encoding") == "gzip":
            return zlib.decompress(self.content, 31).decode()
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        """The content as JSON, or None where it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


class Place:
    """Where the server is, and by which of our addresses somebody reaches it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = url.rstrip("/")
        self.host = parts.hostname or "127.0.0.1"
        self.secure = parts.scheme == "https"
        self.port = parts.port or (443 if self.secure else 80)
        self.name = parts.netloc
        self.tls: ssl.SSLContext | None = None
        if self.secure:
            # Our own machine with a certificate that it made for itself.
            self.tls = ssl.create_default_context()
            self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE

    async def connect(self, make: Callable[[], asyncio.Protocol], source: str | None) -> Any:
        """Open a connection and return its protocol; raises OSError."""
        loop = asyncio.get_running_loop()
        local = (source, 0) if source else None
        opening = loop.create_connection(make, self.host, self.port, ssl=self.tls, local_addr=local)
        return (await asyncio.wait_for(opening, PATIENCE))[1]


class Line(asyncio.Protocol):
    """One kept-alive connection with one request at a time."""

    def __init__(self) -> None:
        self.open = False
        self.used = 0
        self._transport: asyncio.Transport | None = None
        self._data = bytearray()
        self._head: dict[str, str] | None = None
        self._status = 0
        self._waits: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: Any) -> None:
        """Note that it is open."""
        self._transport, self.open = transport, True

    def connection_lost(self, error: Exception | None) -> None:
        """End the request at hand."""
        self.open = False
        if self._waits is not None and not self._waits.done():
            if self._head is not None and "content-length" not in self._head:
                self._done(bytes(self._data))
            else:
                self._waits.set_exception(ConnectionError("closed before it was answered"))

    def close(self) -> None:
        """Close it."""
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    @property
    def begun(self) -> bool:
        """Whether anything came of the answer at hand."""
        return self._head is not None or bool(self._data)

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return its answer; raises OSError or TimeoutError."""
        if self._transport is None:
            raise ConnectionError("not open")
        self._data.clear()
        self._head, self._status = None, 0
        self._waits = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            answer = await asyncio.wait_for(self._waits, PATIENCE)
        except BaseException:
            self.close()
            raise
        self.used += 1
        return answer

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self._data += data
        if self._head is None:
            end = self._data.find(HEAD_END)
            if end < 0:
                return
            self._read_head(bytes(self._data[:end]))
            del self._data[: end + 4]
        head = self._head
        if head is None or self._waits is None or self._waits.done():
            return
        if self._status in NO_BODY:
            self._done(b"")
        elif head.get("transfer-encoding") == "chunked":
            if self._data.endswith(b"0\r\n\r\n"):
                whole = _unchunked(self._data)
                if whole is not None:
                    self._done(whole)
        elif len(self._data) >= int(head.get("content-length", 1 << 62)):
            self._done(bytes(self._data))

    def _read_head(self, data: bytes) -> None:
        lines = data.decode("latin-1").split("\r\n")
        self._status = int(lines[0].split(" ", 2)[1])
        self._head = {}
        for line in lines[1:]:
            name, _colon, value = line.partition(":")
            self._head[name.lower()] = value.strip()

    def _done(self, content: bytes) -> None:
        head = self._head or {}
        if head.get("connection", "").lower() == "close":
            self.close()
        if self._waits is not None:
            self._waits.set_result(Answer(self._status, head, content))


class Browser:
    """Somebody's requests: their cookie, their CSRF token, a few connections."""

    def __init__(self, place: Place, cookie: str, csrf: str, source: str | None = None) -> None:
        self.place = place
        self.source = source
        self.cookie = cookie
        self._idle: list[Line] = []
        common = f"Host: {place.name}\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\n"
        self._reads = f"{common}Accept: */*\r\n"
        self._writes = (
            f"{common}Accept: application/json\r\nX-CSRFToken: {csrf}\r\nOrigin: {place.url}\r\n"
            f"Referer: {place.url}/\r\nContent-Type: application/json\r\n"
        )

    async def get(self, path: str, shell: str = "") -> Answer:
        """Get a page, or its main part or panel as the ``shell`` asks for it."""
        more = f"X-Shell: {shell}\r\n" if shell else ""
        return await self.request(f"GET {path} HTTP/1.1\r\n{self._reads}{more}\r\n".encode())

    async def send(self, method: str, path: str, document: Any) -> Answer:
        """Write something by the API."""
        body = b"" if document is None else json.dumps(document).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self._writes}Content-Length: {len(body)}\r\n\r\n"
        return await self.request(head.encode() + body)

    async def request(self, data: bytes) -> Answer:
        """Send bytes; an answer of status 0 says why none came."""
        began = time.perf_counter()
        while True:
            line = await self._line()
            if isinstance(line, str):
                return Answer(0, seconds=time.perf_counter() - began, why=line)
            try:
                answer = await line.ask(data)
            except (OSError, TimeoutError) as error:
                if line.used and not line.begun and isinstance(error, ConnectionError):
                    continue  # it was closed while it was idle: browsers take another one
                why = type(error).__name__
                return Answer(0, seconds=time.perf_counter() - began, why=why)
            if line.open:
                self._idle.append(line)
            took = time.perf_counter() - began
            return Answer(answer.status, answer.headers, answer.content, took)

    def close(self) -> None:
        """Close what is open."""
        for line in self._idle:
            line.close()
        self._idle.clear()

    async def _line(self) -> Line | str:
        while self._idle:
            line = self._idle.pop()
            if line.open:
                return line
        try:
            opened: Line = await self.place.connect(Line, self.source)
        except (OSError, TimeoutError) as error:
            return type(error).__name__
        return opened


def _unchunked(data: bytearray) -> bytes | None:
    """Return the content of a chunked body (RFC 9112, 7.1), or None where it isn't complete."""
    found, at = bytearray(), 0
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(data[at:end].split(b";")[0], 16)
        if size == 0:
            return bytes(found)
        if len(data) < end + 2 + size + 2:
            return None
        found += data[end + 2 : end + 2 + size]
        at = end + 4 + size
