"""Somebody's live connection: it is made, kept alive, and made again as the browser's library does."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from typing import Any, Protocol

from tests.bench.load import frames
from tests.bench.load.http import Browser

# socket.io-client with the options of static/js/core/live.js.
DELAY_LEAST, DELAY_MOST, DELAY_SPREAD = 0.5, 5.0, 0.6
READY_SECONDS = 30.0
Heard = Callable[[str, Any], None]


class Way(Protocol):
    """A way to the server: WebSocket or long polling."""

    def send(self, text: str) -> None:
        """Send one packet."""

    def close(self) -> None:
        """Close it."""


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


class Connection:
    """Keeps somebody connected, and tells what comes."""

    def __init__(
        self, browser: Browser, heard: Heard, *, polling: bool, deflate: bool, dice: random.Random
    ) -> None:
        self.is_ready = False
        self.connections = 0
        self.attempts = 0
        self.refusals: list[str] = []
        self.wanted = True
        self.retry_at = 0.0
        self._browser, self._told, self._dice = browser, heard, dice
        self._polling, self._deflate = polling, deflate
        self._way: Any = None
        self._failed = 0
        self._wait: float | None = None
        self._heartbeat = 45.0
        self._last = 0.0
        self._acks = 0
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Connect, and again whenever the connection is lost, until ``stop``."""
        while self.wanted:
            why = await self._once()
            self.is_ready = False
            self._ready.clear()
            if not self.wanted:
                return
            self._told("away", why)
            wait = self._pause(why)
            self.retry_at = time.perf_counter() + wait
            await asyncio.sleep(wait)

    async def ready(self, seconds: float) -> bool:
        """Wait until the server has put this client into its rooms."""
        try:
            await asyncio.wait_for(self._ready.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def say(self, name: str, payload: Any) -> None:
        """Send an event, if one is connected: nothing waits."""
        if self.is_ready and self._way is not None:
            self._way.send(frames.event(name, payload))

    def ask(self, name: str, payload: Any) -> None:
        """Send an event that is acknowledged; what the acknowledgement says is not needed."""
        if self.is_ready and self._way is not None:
            self._acks += 1
            text = json.dumps([name, payload], separators=(",", ":"))
            self._way.send(f"42{self._acks}{text}")

    def drop(self) -> None:
        """Lose the connection, as when the network goes."""
        if self._way is not None:
            self._way.close()

    def hang(self) -> None:
        """Stop reading without closing."""
        if hasattr(self._way, "pause"):
            self._way.pause()

    def stop(self) -> None:
        """Disconnect for good."""
        self.wanted = False
        self.drop()

    def _pause(self, why: str) -> float:
        """Return the seconds to wait; the server may have said how long."""
        if self._wait is not None:
            wait, self._wait = self._wait, None
            return wait * (1 + self._dice.random())
        if why == "disconnected":
            return 1 + 2 * self._dice.random()
        base = min(DELAY_MOST, DELAY_LEAST * 2**self._failed)
        self._failed += 1
        return base * (1 + DELAY_SPREAD * (2 * self._dice.random() - 1))

    async def _once(self) -> str:
        self.attempts += 1
        try:
            self._way = await (self._open_polling() if self._polling else self._open_socket())
        except (OSError, TimeoutError) as error:
            return type(error).__name__
        watching = asyncio.create_task(self._watch())
        try:
            why: str = await self._way.closed
        finally:
            watching.cancel()
            self._way.close()
            self._way = None
        if not self.is_ready:
            self.refusals.append(why)
            del self.refusals[:-20]
        return why

    async def _open_socket(self) -> WebSocketWay:
        key = frames.new_key()
        place = self._browser.place
        head = (
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            f"Host: {place.name}\r\nOrigin: {place.url}\r\nCookie: {self._browser.cookie}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\n"
        )
        if self._deflate:
            head += f"Sec-WebSocket-Extensions: {frames.OFFER}\r\n"
        data = f"{head}\r\n".encode()
        self._last = time.perf_counter()

        def make() -> WebSocketWay:
            # Known before its first packet, which may come with the answer to the handshake.
            self._way = WebSocketWay(data, key, self._hear)
            return self._way

        way: WebSocketWay = await place.connect(make, self._browser.source)
        return way

    async def _open_polling(self) -> PollingWay:
        answer = await self._browser.get("/socket.io/?EIO=4&transport=polling")
        if answer.status != 200:
            raise ConnectionError(f"answered {answer.status}")
        facts = frames.packet(answer.text.split("\x1e")[0])[1]
        self._last = time.perf_counter()
        way = self._way = PollingWay(self._browser, facts["sid"], self._hear)
        self._hear("open", facts)
        return way

    async def _watch(self) -> None:
        """Give up a connection on which the server's heartbeat stays out."""
        began = time.perf_counter()
        while True:
            await asyncio.sleep(5)
            moment = time.perf_counter()
            late = moment - self._last > self._heartbeat
            if late or (not self.is_ready and moment - began > READY_SECONDS):
                self._way.end("no heartbeat" if late else "never ready")
                return

    def _hear(self, kind: str, payload: Any) -> None:
        self._last = time.perf_counter()
        if kind == "open":
            self._heartbeat = (payload["pingInterval"] + payload["pingTimeout"]) / 1000
            self._way.send('40{"format":"html"}')
        elif kind == "connected":
            self._told("connected", None)
        elif kind == "refused":
            self._way.end(f"refused: {payload}")
        elif kind == "disconnected":
            self._way.end("disconnected")
        elif kind == "event:bye":
            self._wait = payload.get("retry_in_ms", 1000) / 1000
            self._way.end("bye")
        elif kind.startswith("event:"):
            name = kind[6:]
            if name == "ready" and not self.is_ready:
                self.is_ready, self._failed = True, 0
                self.connections += 1
                self._ready.set()
            self._told(name, payload)
