"""The two ways to the server that Engine.IO has: WebSocket and long polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.bench.load import frames
from tests.bench.load.http import Browser

Heard = Callable[[str, Any], None]


class WebSocketWay(asyncio.Protocol):
    """One WebSocket; what comes is given to ``heard`` packet by packet."""

    def __init__(self, head: bytes, key: str, heard: Heard) -> None:
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.bytes = 0
        self._request, self._key, self._heard = head, key, heard
        self._transport: asyncio.Transport | None = None
        self._data = b""
        self._reader: frames.Reader | None = None

    def connection_made(self, transport: Any) -> None:
        """Ask for the upgrade."""
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits that it is over."""
        if not self.closed.done():
            self.closed.set_result("lost")

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        self.bytes += len(data)
        if self._reader is None:
            self._data += data
            head, end, rest = self._data.partition(b"\r\n\r\n")
            if not end:
                return
            reader = self._agreed(head.decode("latin-1"))
            if reader is None:
                return
            self._reader, data = reader, rest
        for code, payload in self._reader.feed(data):
            if code == frames.TEXT:
                self._take(payload.decode())
            elif code == frames.PING:
                self._write(frames.frame(payload, frames.PONG))
            elif code == frames.CLOSE:
                self.end("closed by the server")

    def _agreed(self, head: str) -> frames.Reader | None:
        lines = head.split("\r\n")
        fields = {
            name.lower(): value.strip()
            for name, _colon, value in (line.partition(":") for line in lines[1:])
        }
        if " 101 " not in f"{lines[0]} ":
            self.end(f"answered {lines[0].split(' ')[1]}")
            return None
        if not frames.accepts(self._key, fields.get("sec-websocket-accept", "")):
            self.end("a wrong Sec-WebSocket-Accept")
            return None
        return frames.Reader(fields.get("sec-websocket-extensions", ""))

    def _take(self, text: str) -> None:
        kind, payload = frames.packet(text)
        if kind == "ping":
            self.send("3")
        elif kind == "close":
            self.end("closed by the server")
        self._heard(kind, payload)

    def send(self, text: str) -> None:
        """Send one packet."""
        self._write(frames.frame(text))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def pause(self) -> None:
        """Read no more, as a client that hangs."""
        if self._transport is not None:
            self._transport.pause_reading()

    def end(self, why: str) -> None:
        """Close it and say why."""
        if not self.closed.done():
            self.closed.set_result(why)
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Close it."""
        self.end("closed here")


class PollingWay:
    """Engine.IO's long polling."""

    def __init__(self, browser: Browser, sid: str, heard: Heard) -> None:
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._browser, self._heard = browser, heard
        self._path = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
        self._waiting: list[str] = []
        self._tasks = [asyncio.create_task(self._poll())]

    def send(self, text: str) -> None:
        """Send one packet with the next request."""
        self._waiting.append(text)
        if len(self._waiting) == 1:
            self._tasks = [task for task in self._tasks if not task.done()]
            self._tasks.append(asyncio.create_task(self._post()))

    def close(self) -> None:
        """Stop asking."""
        self.end("closed here")

    def end(self, why: str) -> None:
        """Stop asking and say why."""
        if not self.closed.done():
            self.closed.set_result(why)
        for task in self._tasks:
            task.cancel()

    async def _poll(self) -> None:
        while not self.closed.done():
            answer = await self._browser.get(self._path)
            if answer.status != 200:
                self.closed.done() or self.closed.set_result(f"answered {answer.status}")
                return
            for text in answer.text.split("\x1e"):
                kind, payload = frames.packet(text)
                if kind == "ping":
                    self.send("3")
                elif kind == "close":
                    self.closed.done() or self.closed.set_result("closed by the server")
                self._heard(kind, payload)

    async def _post(self) -> None:
        await asyncio.sleep(0)
        texts, self._waiting = self._waiting, []
        body = "\x1e".join(texts).encode()
        head = (
            f"POST {self._path} HTTP/1.1\r\nHost: {self._browser.place.name}\r\n"
            f"Cookie: {self._browser.cookie}\r\nContent-Type: text/plain;charset=UTF-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        await self._browser.request(head.encode() + body)
