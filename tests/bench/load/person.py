"""One person with a page open: when they do something, and what they make of what comes."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable
from typing import Any

from tests.bench.load.books import Books
from tests.bench.load.doings import Doings, View
from tests.bench.load.http import Answer, Browser, Place
from tests.bench.load.inbox import Inbox
from tests.bench.load.outbox import Outbox, Sent
from tests.bench.load.profile import Profile
from tests.bench.load.sockets import Connection
from tests.bench.words import Texts

READ_EVERY = 1.0  # seconds between reports of a read position, as posts/views.js
GAP_WAIT = 0.15  # as core/live.js
RECEIPT_AFTER = 0.1  # as announcements/alarms.js
PATIENCE = 2.0  # seconds that a post or a fetch may take by itself
LATER = 3.0  # a fetch of what is missing failed

TEXTS = Texts()  # one vocabulary for all: it is large


class Person(Doings):
    """Somebody with a page open."""

    def __init__(
        self,
        facts: dict[str, Any],
        place: Place,
        profile: Profile,
        books: Books,
        *,
        posts_each: float,
        source: str | None = None,
    ) -> None:
        self.id: int = facts["id"]
        self.places: list[dict[str, Any]] = facts["channels"]
        self.profile, self.books = profile, books
        self.dice = random.Random(self.id * 7919)
        self.browser = Browser(place, facts["cookie"], facts["csrf"], source)
        self.inbox = Inbox(self.id, books.ledger, books.counts, self._missing)
        self.outbox = Outbox(self.write, self.dice, self._was_sent)
        self.connection = Connection(
            self.browser,
            self._hear,
            polling=self.dice.random() < profile.polling,
            deflate=profile.deflate,
            dice=self.dice,
            shows=lambda: self.inbox.followed,
        )
        self.view = View()
        self.in_front = self.dice.random() < profile.attention
        self.is_active = False
        self._posts_each = posts_each
        self.texts = TEXTS
        self.mine: list[int] = []
        self._asking: dict[int, float] = {}
        self._reading = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._actions = [
            (getattr(self, f"_{name}"), share)
            for name, share in profile.actions.items()
            if share and name != "post"
        ]

    # Coming and going

    def begin(self, *, act: bool = True) -> None:
        """Come, beside whatever else happens."""
        self.spawn(self.come(act=act))

    async def come(self, *, act: bool = True) -> None:
        """Open a page, connect, and from then on behave as people do."""
        if act:
            await self.open(self.pick(), shell="")
        self.spawn(self.connection.run())
        if not act:
            return
        self.is_active = True
        self.spawn(self._live())
        self.spawn(self._write_posts())

    def rest(self) -> None:
        """Do nothing more; what is on its way still goes out, and what comes is still taken."""
        self.is_active = False

    async def leave(self) -> None:
        """Close the page."""
        self.is_active = False
        self.connection.stop()
        self.outbox.close()
        for task in list(self._tasks):
            task.cancel()
        self.browser.close()

    async def open_all(self) -> None:
        """Open each channel of which they know only by its number that it went on."""
        for channel, after in self.books.ledger.told(self.id).items():
            answer = await self.get("opening", f"/channels/{channel}/live?after={after}", "")
            if answer.status == 200:
                seqs = [
                    seq
                    for each in answer.json()["messages"]
                    for seq in range(each.get("first", each["seq"]), each["seq"] + 1)
                ]
                self.books.ledger.opens(self.id, channel, seqs)

    @property
    def is_whole(self) -> bool:
        """Whether they are connected, and nothing waits or is missing for longer than it takes."""
        if not self.connection.is_ready:
            return False
        since = time.perf_counter() - PATIENCE
        if any(item.began < since for item in self.outbox.left()):
            return False
        if any(began < since for began in self._asking.values()):
            return False
        return bool(self._asking) or not self.inbox.behind()

    @property
    def missing(self) -> int:
        """How many channels they ask for something."""
        return len(self._asking)

    async def _live(self) -> None:
        functions = [function for function, _share in self._actions]
        shares = [share for _function, share in self._actions]
        mean = max(0.001, self.profile.pause_mean - self.profile.pause_least)
        await asyncio.sleep(self.dice.random() * self.profile.cycle)
        while self.is_active:
            act = self.dice.choices(functions, shares)[0]
            try:
                await act()
            except Exception as error:  # noqa: BLE001 - one person's trouble is not everybody's
                self.books.trouble(f"{act.__name__}: {type(error).__name__}: {error}")
            await asyncio.sleep(self.profile.pause_least + self.dice.expovariate(1 / mean))

    async def _write_posts(self) -> None:
        """Write posts at their own rate, whatever else is being done."""
        while self.is_active and self._posts_each:
            await asyncio.sleep(self.dice.expovariate(self._posts_each))
            if self.is_active:
                self.spawn(self.post())

    # What comes

    def _was_sent(self, sent: Sent) -> None:
        self.books.sent.append(sent)
        if sent.post:
            self.mine = [*self.mine[-9:], sent.post]

    def _hear(self, name: str, payload: Any) -> None:
        if name in ("live", "changed"):
            # In a large channel all that changed within a moment comes at once.
            for change in payload.get("changes", [payload]):
                self._live_change({"channel_id": payload["channel_id"], **change})
        elif name in ("connected", "away"):
            self.inbox.connected()
        elif name == "ready":
            self.inbox.ready(payload["channels"])
            self.connection.ask("presence", {"state": "active"})
            if self.connection.connections > 1 and self.is_active:
                self.spawn(self._refresh_rail())
        elif name == "announcement_published":
            number = payload["announcement_id"]
            self.books.announced.append((number, self.id, time.perf_counter()))
            told = {"kind": "delivered", "announcement_ids": [number]}
            self.spawn(self.later(RECEIPT_AFTER, lambda: self.connection.ask("receipt", told)))

    async def _refresh_rail(self) -> None:
        await asyncio.sleep(self.dice.random() * self.connection.moment)
        await self.get("rail", "/rail", "")

    def _live_change(self, change: dict[str, Any]) -> None:
        channel = change["channel_id"]
        first = change.get("first", change["seq"])
        self.inbox.hears(channel, change["seq"], first=first, thin="ops" not in change)
        if channel == self.view.channel and self.in_front and self.is_active:
            self.read_soon()

    def read_soon(self) -> None:
        """Report how far one has read, in a moment."""
        if not self._reading and self.in_front:
            self._reading = True
            self.spawn(self._report_reading())

    async def _report_reading(self) -> None:
        await asyncio.sleep(READ_EVERY)
        self._reading = False
        channel = self.view.channel
        state = self.inbox.channels.get(channel)
        if state is not None and state.seq > self.view.read:
            self.view.read = state.seq
            path = f"/api/v1/channels/{channel}/read"
            await self.send("read position", "PUT", path, {"seq": state.seq})

    def _missing(self, channel: int) -> None:
        if channel not in self._asking:
            self._asking[channel] = time.perf_counter()
            self.spawn(self._fetch(channel))

    async def _fetch(self, channel: int) -> None:
        """Ask for what is missing until it is there; what comes meanwhile by itself is enough."""
        try:
            await asyncio.sleep(GAP_WAIT)
            while self.connection.wanted:
                before = self.inbox.channels[channel].seq
                path = f"/channels/{channel}/live?after={before}"
                answer = await self.get("catching up", path, "")
                if answer.status == 200:
                    found = answer.json()
                    seqs = sorted(
                        seq
                        for each in found["messages"]
                        for seq in range(each.get("first", each["seq"]), each["seq"] + 1)
                    )
                    self.inbox.fetched(channel, seqs, found["seq"])
                    if not self.inbox.lacks(channel):
                        return
                    await asyncio.sleep(GAP_WAIT)
                elif answer.status == 410:
                    await self._load_anew(channel, answer)
                    return
                elif answer.status in (401, 403, 404):
                    return
                else:
                    await asyncio.sleep(LATER * (1 + self.dice.random()))
        finally:
            self._asking.pop(channel, None)

    async def _load_anew(self, channel: int, answer: Answer) -> None:
        place = next((each for each in self.places if each["id"] == channel), None)
        facts = answer.json() or {}
        if place is not None and channel == self.view.channel:
            await self.open(place)
        elif "seq" in facts:
            self.inbox.loaded(channel, facts["seq"])

    # Beside

    def spawn(self, work: Awaitable[Any]) -> None:
        """Do something beside."""
        task: asyncio.Task[Any] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.books.trouble(f"{type(error).__name__}: {error}")
