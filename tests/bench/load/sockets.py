"""Somebody's live connection: made, kept alive, and made again as the browser's library does."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.bench.load import frames
from tests.bench.load.http import Browser
from tests.bench.load.ways import Heard, PollingWay, WebSocketWay

# socket.io-client with the options of static/js/core/live.js.
DELAY_LEAST, DELAY_MOST, DELAY_SPREAD = 0.5, 5.0, 0.6
READY_SECONDS = 30.0
MOST_SHOWN = 50


class Connection:
    """Keeps somebody connected, and tells what comes."""

    def __init__(
        self,
        browser: Browser,
        heard: Heard,
        *,
        polling: bool,
        deflate: bool,
        dice: random.Random,
        shows: Callable[[], Sequence[int]],
    ) -> None:
        """``heard`` is told of every event; ``shows`` names the channels on the page."""
        self.is_ready = False
        self.connections = 0
        self.attempts = 0
        self.refusals: list[str] = []
        self.wanted = True
        self.retry_at = 0.0
        self._browser, self._told, self._dice = browser, heard, dice
        self._polling, self._deflate = polling, deflate
        self._way: Any = None
        self._shows = shows
        self._failed = 0
        self._wait: float | None = None
        self._least, self._most, self._spread = DELAY_LEAST, DELAY_MOST, DELAY_SPREAD
        self.moment = 1.0  # seconds over which the server wants to have spread what all do
        self._heartbeat = 45.0
        self._last = 0.0
        self._acks = 0
        self._hangs = False
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
        if self.is_ready and self._way is not None and not self._hangs:
            self._way.send(frames.event(name, payload))

    def ask(self, name: str, payload: Any) -> None:
        """Send an event that is acknowledged; what the acknowledgement says is not needed."""
        if self.is_ready and self._way is not None and not self._hangs:
            self._acks += 1
            text = json.dumps([name, payload], separators=(",", ":"))
            self._way.send(f"42{self._acks}{text}")

    def drop(self) -> None:
        """Lose the connection, as when the network goes."""
        if self._way is not None:
            self._way.close()

    def hang(self) -> None:
        """Stop reading without closing, and notice nothing any more."""
        self._hangs = True
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
            return wait * (1 + self._dice.random()) if why == "bye" else wait
        if why == "disconnected":
            return 1 + 2 * self._dice.random()
        base = min(self._most, self._least * 2 ** min(self._failed, 10))
        self._failed += 1
        return base * (1 + self._spread * (2 * self._dice.random() - 1))

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
            if self._hangs:
                continue
            moment = time.perf_counter()
            late = moment - self._last > self._heartbeat
            if late or (not self.is_ready and moment - began > READY_SECONDS):
                self._way.end("no heartbeat" if late else "never ready")
                return

    def _hear(self, kind: str, payload: Any) -> None:
        self._last = time.perf_counter()
        if kind == "open":
            self._heartbeat = (payload["pingInterval"] + payload["pingTimeout"]) / 1000
            auth = {"format": "html", "shows": list(self._shows())[-MOST_SHOWN:]}
            self._way.send(f"40{json.dumps(auth)}")
        elif kind == "connected":
            self._told("connected", None)
        elif kind == "refused":
            told = json.loads(payload)
            data = told.get("data") if isinstance(told, dict) else None
            if isinstance(data, dict) and "retry_in_ms" in data:
                self._wait = data["retry_in_ms"] / 1000
            self._way.end(f"refused: {payload[:80]}")
        elif kind == "disconnected":
            self._way.end("disconnected")
        elif kind == "event:bye":
            self._wait = payload.get("retry_in_ms", 1000) / 1000
            self._way.end("bye")
        elif kind.startswith("event:"):
            name = kind[6:]
            if name == "ready" and not self.is_ready:
                self.is_ready, self._failed = True, 0
                self._take_delay(payload.get("retry_in_ms"))
                self.connections += 1
                self._ready.set()
            self._told(name, payload)

    def _take_delay(self, told: Any) -> None:
        """Come back within the time that the server says: the more are connected, the longer."""
        if isinstance(told, int | float):
            self.moment = told / 1000
            self._least, self._spread = self.moment / 2, 1.0
            self._most = max(DELAY_MOST, 2 * self.moment)
