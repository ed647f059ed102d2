"""Unsent posts, kept and repeated by the rules of ``static/js/posts/outbox.js``."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.load.http import Answer

LEAST, MOST = 1.0, 30.0
PASSING = (0, 408, 429)
Send = Callable[[str, str, Any], Awaitable[Answer]]


@dataclass
class Item:
    """A post on its way."""

    channel: int
    body: str
    parent: int | None
    client_id: str = field(default_factory=lambda: secrets.token_hex(16))
    began: float = field(default_factory=time.perf_counter)


@dataclass
class Sent:
    """What became of it: the number that the server gave it, or why it was refused."""

    client_id: str
    channel: int
    began: float
    seq: int = 0
    post: int = 0
    answered: float = 0.0
    tries: int = 0
    status: int = 0


class Outbox:
    """Somebody's posts: those of one channel or thread go out in the order they were written."""

    def __init__(self, send: Send, dice: random.Random, done: Callable[[Sent], None]) -> None:
        self._send, self._dice, self._done = send, dice, done
        self._queues: dict[tuple[int, int], list[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, item: Item) -> None:
        """Take a post for sending."""
        key = (item.channel, item.parent or 0)
        queue = self._queues.setdefault(key, [])
        queue.append(item)
        if len(queue) == 1:
            task = asyncio.create_task(self._run(key, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @property
    def unsent(self) -> int:
        """How many wait."""
        return sum(map(len, self._queues.values()))

    def left(self) -> list[Item]:
        """Return those that wait."""
        return [item for queue in self._queues.values() for item in queue]

    def close(self) -> None:
        """Stop trying."""
        for task in self._tasks:
            task.cancel()

    async def _run(self, key: tuple[int, int], queue: list[Item]) -> None:
        while queue:
            self._done(await self._deliver(queue[0]))
            queue.pop(0)
        self._queues.pop(key, None)

    async def _deliver(self, item: Item) -> Sent:
        document: dict[str, Any] = {"body": item.body, "client_id": item.client_id}
        if item.parent:
            document["parent_id"] = item.parent
        sent = Sent(item.client_id, item.channel, item.began)
        pause = LEAST
        while True:
            sent.tries += 1
            answer = await self._send("POST", f"/api/v1/channels/{item.channel}/posts", document)
            sent.status, sent.answered = answer.status, time.perf_counter()
            if answer.status in (200, 201):
                post = answer.json() or {}
                sent.seq, sent.post = post.get("seq", 0), post.get("id", 0)
                return sent
            if answer.status not in PASSING and answer.status < 500:
                return sent
            told = float(answer.headers.get("retry-after") or 0)
            await asyncio.sleep(told or pause * (0.8 + self._dice.random() * 0.4))
            pause = min(pause * 2, MOST)
