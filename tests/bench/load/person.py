"""One person: what they do, with the requests that a browser makes for it."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.bench.load.http import Answer, Browser, Place
from tests.bench.load.inbox import Counts, Inbox
from tests.bench.load.ledger import Ledger
from tests.bench.load.outbox import Item, Outbox, Sent
from tests.bench.load.profile import Profile
from tests.bench.load.sockets import Connection
from tests.bench.words import COMMON, RARE, Texts

READ_EVERY = 1.0  # seconds between reports of a read position, as posts/views.js
TYPING_EVERY = 3.0  # as posts/composer.js
DRAFT_AFTER = 1.5  # as posts/drafts.js
GAP_WAIT = 0.15  # as core/live.js
LATER = 3.0  # a fetch of what is missing failed
VIEW = re.compile(r'data-behaviour="channel" data-channel="(\d+)"[^>]* data-seq="(\d+)" data-read="(\d+)"')
POST = re.compile(r'<article class="post[^>]* data-post="(\d+)" data-channel="(\d+)"[^>]* data-author="(\d+)"')
OLDER = re.compile(r'class="older"><a [^>]*data-more="([^"]+)"')
SHOWN = re.compile(r'data-(?:presence|status)(?:-word|-emoji)?-of="(\d+)"')
EMOJI = ("👍", "🎉", "❤️", "👀", "✅")
WORDS = (COMMON, RARE, "kalomer", "sandoru", "tivelpi", "norgaesh")


@dataclass
class Books:
    """What all people of one process write down."""

    ledger: Ledger = field(default_factory=Ledger)
    counts: Counts = field(default_factory=Counts)
    requests: list[tuple[float, str, int, float]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    announced: list[float] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)

    def trouble(self, text: str) -> None:
        """Count something that should not have happened."""
        if text in self.troubles or len(self.troubles) < 200:
            self.troubles[text] = self.troubles.get(text, 0) + 1


@dataclass
class View:
    """The channel that is on the page."""

    channel: int = 0
    url: str = "/"
    read: int = 0
    posts: list[tuple[int, int]] = field(default_factory=list)  # post, author
    older: str = ""


class Person:
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
        self.outbox = Outbox(self._write, self.dice, self._was_sent)
        self.connection = Connection(
            self.browser,
            self._hear,
            polling=self.dice.random() < profile.polling,
            deflate=profile.deflate,
            dice=self.dice,
        )
        self.view = View()
        self.in_front = self.dice.random() < profile.attention
        self.is_active = False
        self._posts_each = posts_each
        self._texts = Texts(seed=self.id)
        self._mine: list[int] = []
        self._asking: set[int] = set()
        self._reading = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._actions = [
            (getattr(self, f"_{name}"), share)
            for name, share in profile.actions.items()
            if share and name != "post"
        ]

    # Coming and going

    async def come(self, *, act: bool = True) -> None:
        """Open a page, connect, and from then on behave as people do."""
        if act:
            await self._open(self._pick(), shell="")
        self._spawn(self.connection.run())
        if not act:
            return
        self.is_active = True
        self._spawn(self._live())
        self._spawn(self._write_posts())

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

    @property
    def is_whole(self) -> bool:
        """Whether they are connected, nothing waits to be sent and nothing is missing."""
        here = self.connection.is_ready and not self._asking
        return here and not self.inbox.behind() and not self.outbox.unsent

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
                self._spawn(self._post())

    # Requests

    async def _get(self, kind: str, path: str, shell: str = "main") -> Answer:
        """Get something, with the repetitions of core/http.js."""
        for turn in range(3):
            answer = await self.browser.get(path, shell)
            self._note(kind, answer)
            if answer.status and answer.status < 500 and answer.status != 408:
                break
            await asyncio.sleep(0.3 * 2**turn + self.dice.random() * 0.2)
        if answer.status == 302 or answer.status == 303:
            return await self._get(kind, answer.headers.get("location", "/"), shell)
        return answer

    async def _send(self, kind: str, method: str, path: str, document: Any) -> Answer:
        answer = await self.browser.send(method, path, document)
        self._note(kind, answer)
        return answer

    async def _write(self, method: str, path: str, document: Any) -> Answer:
        return await self._send("post", method, path, document)

    def _note(self, kind: str, answer: Answer) -> None:
        self.books.requests.append((time.perf_counter(), kind, answer.status, answer.seconds))
        if answer.status >= 500 or answer.status == 0:
            said = answer.headers.get("x-request-id", "") or answer.why
            where = "" if answer.status == 503 else f" {said}"
            self.books.trouble(f"{kind}: {answer.status}{where if answer.status == 500 else ''}")
        elif answer.status >= 400:
            self.books.trouble(f"{kind}: {answer.status} {answer.content[:120]!r}")

    # What people do

    def _pick(self, *kinds: str) -> dict[str, Any]:
        fitting = [each for each in self.places if not kinds or each["kind"] in kinds]
        return self.dice.choice(fitting or self.places)

    async def _open(self, place: dict[str, Any], shell: str = "main") -> None:
        answer = await self._get("channel page", place["url"], shell)
        text = answer.text if answer.status == 200 else ""
        found = VIEW.search(text)
        if not found:
            if answer.status == 200:
                self.books.trouble("a channel's page without a channel")
            return
        channel, seq, read = map(int, found.groups())
        if self.view.channel and self.view.channel != channel and self.profile.follow == "open":
            self.inbox.unfollow(self.view.channel)
        older = OLDER.search(text)
        self.view = View(
            channel,
            place["url"],
            read,
            [(int(post), int(author)) for post, _channel, author in POST.findall(text)],
            older[1].replace("&amp;", "&") if older else "",
        )
        self.inbox.follow(channel, seq)
        self._watch(text)
        if seq > read:
            self._read_soon()

    def _watch(self, text: str) -> None:
        ids = sorted({self.id, *map(int, SHOWN.findall(text))})[:200]
        self._spawn(self._later(0.3, lambda: self.connection.ask("watch", {"user_ids": ids})))

    async def _switch(self) -> None:
        await self._open(self._pick("company", "department", "project", "team"))

    async def _direct(self) -> None:
        await self._open(self._pick("direct"))

    async def _unread(self) -> None:
        """Go to where something is new, as far as one knows."""
        states = self.inbox.channels
        news = [each for each in self.places if each["id"] in states and states[each["id"]].seq]
        await self._open(self.dice.choice(news or self.places))

    async def _reload(self) -> None:
        self.connection.drop()
        await self._open(self._pick(), shell="")

    async def _reconnect(self) -> None:
        self.connection.drop()

    async def _scroll(self) -> None:
        if self.view.older:
            answer = await self._get("older posts", self.view.older, "")
            older = OLDER.search(answer.text) if answer.status == 200 else None
            self.view.older = older[1].replace("&amp;", "&") if older else ""

    async def _notifications(self) -> None:
        await self._get("notifications", "/notifications")

    async def _permalink(self) -> None:
        if self.view.posts:
            post, _author = self.dice.choice(self.view.posts)
            await self._get("thread", f"/posts/{post}")

    async def _thread(self) -> None:
        if self.view.posts:
            post, _author = self.dice.choice(self.view.posts)
            await self._get("thread", f"/posts/{post}", "panel")

    async def _jump(self) -> None:
        word = self.dice.choice(("col", "pro", "tea", "number1"))
        for length in range(2, len(word) + 1):
            await self._get("jump", f"/jump?q={word[:length]}", "")
            await asyncio.sleep(0.15)

    async def _directory(self) -> None:
        await self._get("directory", "/people")
        await self._get("directory", f"/people?q=number{self.dice.randrange(100)}")

    async def _profile(self) -> None:
        _post, author = self.dice.choice(self.view.posts) if self.view.posts else (0, self.id)
        await self._get("profile", f"/api/v1/users/{author}", "")

    async def _search(self) -> None:
        await self._get("search", f"/search?q={quote(self.dice.choice(WORDS))}")

    async def _react(self) -> None:
        if self.view.posts:
            post, _author = self.dice.choice(self.view.posts)
            path = f"/api/v1/posts/{post}/reactions/{quote(self.dice.choice(EMOJI))}"
            await self._send("reaction", "PUT", path, {})

    async def _edit(self) -> None:
        if self._mine:
            text = self._texts.plain(self.dice.randrange(1_000))
            path = f"/api/v1/posts/{self.dice.choice(self._mine)}"
            await self._send("edit", "PATCH", path, {"body": text})

    async def _delete(self) -> None:
        if self._mine:
            await self._send("delete", "DELETE", f"/api/v1/posts/{self._mine.pop()}", None)

    async def _post(self) -> None:
        """Type for a while and send, into a place as large as people choose."""
        kinds = list(self.profile.places)
        kind = self.dice.choices(kinds, list(self.profile.places.values()))[0]
        place = self._pick(kind)
        parent = None
        if self.dice.random() < self.profile.replies and place["id"] == self.view.channel:
            parent = self.view.posts[-1][0] if self.view.posts else None
        ends = time.perf_counter() + self.profile.typing_seconds * (0.5 + self.dice.random())
        drafted = False
        while (left := ends - time.perf_counter()) > 0:
            facts = {"channel_id": place["id"], "parent_id": parent}
            self.connection.say("typing", facts)
            await asyncio.sleep(min(left, TYPING_EVERY))
            drafted = drafted or left > TYPING_EVERY + DRAFT_AFTER
        body = self._texts.written(self.dice.randrange(10_000))
        self.outbox.add(Item(place["id"], body, parent))
        # The box is empty again: the draft on the server is forgotten.
        document = {"body": "", "parent_id": parent}
        await self._send("draft", "PUT", f"/api/v1/channels/{place['id']}/draft", document)

    def _was_sent(self, sent: Sent) -> None:
        self.books.sent.append(sent)
        if sent.post:
            self._mine = [*self._mine[-9:], sent.post]

    # What comes

    def _hear(self, name: str, payload: Any) -> None:
        if name == "live":
            self._live_change(payload)
        elif name == "connected":
            self.inbox.connected()
        elif name == "ready":
            self.inbox.ready(payload["channels"])
            self.connection.ask("presence", {"state": "active"})
            if self.profile.follow == "all":
                for state in self.inbox.channels.values():
                    state.followed = True
            if self.connection.connections > 1 and self.is_active:
                self._spawn(self._get("rail", "/rail", ""))
        elif name == "announcement_published":
            self.books.announced.append(time.perf_counter())

    def _live_change(self, change: dict[str, Any]) -> None:
        channel = change["channel_id"]
        self.inbox.hears(channel, change["seq"], thin="ops" not in change)
        if channel == self.view.channel and self.in_front and self.is_active:
            self._read_soon()

    def _read_soon(self) -> None:
        if not self._reading and self.in_front:
            self._reading = True
            self._spawn(self._report_reading())

    async def _report_reading(self) -> None:
        await asyncio.sleep(READ_EVERY)
        self._reading = False
        channel = self.view.channel
        state = self.inbox.channels.get(channel)
        if state is not None and state.seq > self.view.read:
            self.view.read = state.seq
            path = f"/api/v1/channels/{channel}/read"
            await self._send("read position", "PUT", path, {"seq": state.seq})

    def _missing(self, channel: int) -> None:
        if channel not in self._asking:
            self._asking.add(channel)
            self._spawn(self._fetch(channel))

    async def _fetch(self, channel: int) -> None:
        """Ask for what is missing until it is there; what comes meanwhile by itself is enough."""
        try:
            await asyncio.sleep(GAP_WAIT)
            while self.connection.wanted:
                before = self.inbox.channels[channel].seq
                path = f"/channels/{channel}/live?after={before}"
                answer = await self._get("catching up", path, "")
                if answer.status == 200:
                    found = answer.json()
                    seqs = sorted(each["seq"] for each in found["messages"])
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
            self._asking.discard(channel)

    async def _load_anew(self, channel: int, answer: Answer) -> None:
        place = next((each for each in self.places if each["id"] == channel), None)
        facts = answer.json() or {}
        if place is not None and channel == self.view.channel:
            await self._open(place)
        elif "seq" in facts:
            self.inbox.loaded(channel, facts["seq"])

    # Beside

    async def _later(self, seconds: float, run: Callable[[], None]) -> None:
        await asyncio.sleep(seconds)
        run()

    def _spawn(self, work: Awaitable[Any]) -> None:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.books.trouble(f"{type(error).__name__}: {error}")
