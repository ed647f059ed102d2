"""What people do, with the requests that a browser makes for it."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.bench.load.books import Books
from tests.bench.load.http import Answer, Browser
from tests.bench.load.inbox import Inbox
from tests.bench.load.outbox import Item, Outbox
from tests.bench.load.profile import Profile
from tests.bench.load.sockets import MOST_SHOWN, Connection
from tests.bench.words import COMMON, RARE, Texts

TYPING_EVERY = 3.0  # as posts/composer.js
WATCH_AFTER = 0.3  # as people/presence.js
VIEW = re.compile(
    r'data-behaviour="channel" data-channel="(\d+)"[^>]* data-seq="(\d+)" data-read="(\d+)"'
)
POST = re.compile(
    r'<article class="post[^>]* data-post="(\d+)" data-channel="(\d+)"[^>]* data-author="(\d+)"'
)
OLDER = re.compile(r'class="older"><a [^>]*data-more="([^"]+)"')
SHOWN = re.compile(r'data-(?:presence|status)(?:-word|-emoji)?-of="(\d+)"')
EMOJI = ("👍", "🎉", "❤️", "👀", "✅")
WORDS = (COMMON, RARE, "kalomer", "sandoru", "tivelpi", "norgaesh")


@dataclass
class View:
    """The channel that is on the page."""

    channel: int = 0
    url: str = "/"
    read: int = 0
    posts: list[tuple[int, int]] = field(default_factory=list)  # post, author
    older: str = ""


class Doings:
    """The actions of ``profile.ACTIONS``, each by its name with a line before it."""

    id: int
    places: list[dict[str, Any]]
    profile: Profile
    books: Books
    dice: random.Random
    browser: Browser
    connection: Connection
    inbox: Inbox
    outbox: Outbox
    view: View
    texts: Texts
    mine: list[int]

    def spawn(self, work: Awaitable[Any]) -> None:
        """Do something beside."""

    def read_soon(self) -> None:
        """Report how far one has read, in a moment."""

    async def later(self, seconds: float, run: Callable[[], None]) -> None:
        """Do something after a while."""
        await asyncio.sleep(seconds)
        run()

    async def get(self, kind: str, path: str, shell: str = "main") -> Answer:
        """Get something, with the repetitions of core/http.js."""
        for turn in range(3):
            answer = await self.browser.get(path, shell)
            self._note(kind, answer)
            if answer.status and answer.status < 500 and answer.status != 408:
                break
            await asyncio.sleep(0.3 * 2**turn + self.dice.random() * 0.2)
        if answer.status == 302 or answer.status == 303:
            return await self.get(kind, answer.headers.get("location", "/"), shell)
        return answer

    async def send(self, kind: str, method: str, path: str, document: Any = None) -> Answer:
        """Write something; it is not repeated."""
        answer = await self.browser.send(method, path, document)
        self._note(kind, answer)
        return answer

    async def write(self, method: str, path: str, document: Any) -> Answer:
        """Send a post."""
        return await self.send("post", method, path, document)

    def _note(self, kind: str, answer: Answer) -> None:
        self.books.requests.append((time.perf_counter(), kind, answer.status, answer.seconds))
        if answer.status >= 500 or answer.status == 0:
            said = answer.headers.get("x-request-id", "") or answer.why
            more = f" {said}" if answer.status == 500 else ""
            if answer.status == 503 and "retry-after" not in answer.headers:
                more = " without Retry-After"
            self.books.trouble(f"{kind}: {answer.status}{more}")
        elif answer.status >= 400:
            self.books.trouble(f"{kind}: {answer.status} {answer.content[:120]!r}")

    def pick(self, *kinds: str) -> dict[str, Any]:
        """Return one of their channels, of those kinds if they are in any."""
        fitting = [each for each in self.places if not kinds or each["kind"] in kinds]
        return self.dice.choice(fitting or self.places)

    async def open(self, place: dict[str, Any], shell: str = "main") -> None:
        """Open a channel's page."""
        answer = await self.get("channel page", place["url"], shell)
        text = answer.text if answer.status == 200 else ""
        found = VIEW.search(text)
        if not found:
            if answer.status == 200:
                self.books.trouble("a channel's page without a channel")
            return
        channel, seq, read = map(int, found.groups())
        if self.view.channel and self.view.channel != channel:
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
        self.connection.ask("show", {"channel_ids": self.inbox.followed[-MOST_SHOWN:]})
        self._watch(text)
        if seq > read:
            self.read_soon()

    def _watch(self, text: str) -> None:
        ids = sorted({self.id, *map(int, SHOWN.findall(text))})[:200]
        self.spawn(self.later(WATCH_AFTER, lambda: self.connection.ask("watch", {"user_ids": ids})))

    async def _switch(self) -> None:
        await self.open(self.pick("company", "department", "project", "team"))

    async def _direct(self) -> None:
        await self.open(self.pick("direct"))

    async def _unread(self) -> None:
        """Go to where something is new, as far as one knows."""
        states = self.inbox.channels
        news = [each for each in self.places if each["id"] in states and states[each["id"]].seq]
        await self.open(self.dice.choice(news or self.places))

    async def _reload(self) -> None:
        self.connection.drop()
        await self.open(self.pick(), shell="")

    async def _reconnect(self) -> None:
        self.connection.drop()

    async def _scroll(self) -> None:
        if self.view.older:
            answer = await self.get("older posts", self.view.older, "")
            older = OLDER.search(answer.text) if answer.status == 200 else None
            self.view.older = older[1].replace("&amp;", "&") if older else ""

    async def _notifications(self) -> None:
        await self.get("notifications", "/notifications")

    async def _permalink(self) -> None:
        if self.view.posts:
            post, _author = self.dice.choice(self.view.posts)
            await self.get("thread", f"/posts/{post}")

    async def _thread(self) -> None:
        if self.view.posts:
            post, _author = self.dice.choice(self.view.posts)
            await self.get("thread", f"/posts/{post}", "panel")

    async def _jump(self) -> None:
        word = self.dice.choice(("col", "pro", "tea", "number1"))
        for length in range(2, len(word) + 1):
            await self.get("jump", f"/jump?q={word[:length]}", "")
            await asyncio.sleep(0.15)

    async def _directory(self) -> None:
        await self.get("directory", "/people")
        await self.get("directory", f"/people?q=number{self.dice.randrange(100)}")

    async def _profile(self) -> None:
        _post, author = self.dice.choice(self.view.posts) if self.view.posts else (0, self.id)
        await self.get("profile", f"/api/v1/users/{author}", "")

    async def _search(self) -> None:
        await self.get("search", f"/search?q={quote(self.dice.choice(WORDS))}")

    async def _react(self) -> None:
        if self.view.posts:
            post, _author = self.dice.choice(self.view.posts)
            path = f"/api/v1/posts/{post}/reactions/{quote(self.dice.choice(EMOJI))}"
            await self.send("reaction", "PUT", path, {})

    async def _edit(self) -> None:
        if self.mine:
            text = self.texts.plain(self.dice.randrange(1_000))
            path = f"/api/v1/posts/{self.dice.choice(self.mine)}"
            await self.send("edit", "PATCH", path, {"body": text})

    async def _delete(self) -> None:
        if self.mine:
            await self.send("delete", "DELETE", f"/api/v1/posts/{self.mine.pop()}")

    async def post(self) -> None:
        """Type for a while and send, into a place as large as people choose."""
        kinds = list(self.profile.places)
        kind = self.dice.choices(kinds, list(self.profile.places.values()))[0]
        place = self.pick(kind)
        parent = None
        if self.dice.random() < self.profile.replies and place["id"] == self.view.channel:
            parent = self.view.posts[-1][0] if self.view.posts else None
        ends = time.perf_counter() + self.profile.typing_seconds * (0.5 + self.dice.random())
        while (left := ends - time.perf_counter()) > 0:
            facts = {"channel_id": place["id"], "parent_id": parent}
            self.connection.say("typing", facts)
            await asyncio.sleep(min(left, TYPING_EVERY))
        body = self.texts.written(self.dice.randrange(10_000))
        self.outbox.add(Item(place["id"], body, parent))
        # The box is empty again: the draft on the server is forgotten.
        document = {"body": "", "parent_id": parent}
        await self.send("draft", "PUT", f"/api/v1/channels/{place['id']}/draft", document)
