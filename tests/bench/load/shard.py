"""A process with some of the people; its parent (``conductor``) says what they all do.

The plan's file is its argument; each line of standard input is a command as JSON. Every half second
a line of standard output says how things stand.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.load.http import Place
from tests.bench.load.person import Books, Person
from tests.bench.load.profile import Profile

TELL_EVERY = 0.5
LAG_EVERY = 0.05
AT_ONCE = 4


class Shard:
    """Some of the people, all in one event loop."""

    def __init__(self, plan: dict[str, Any]) -> None:
        profile = Profile(**plan["profile"])
        places = [Place(url) for url in plan["urls"]]
        self.books = Books()
        self.lags: list[float] = []
        self.people = [
            Person(
                facts,
                places[index % len(places)],
                profile,
                self.books,
                posts_each=plan["posts_each"],
                source=_address(plan["number"], index, places[0].host),
            )
            for index, facts in enumerate(plan["people"])
        ]
        # Where each stands among the people of all shards.
        self._numbers = [plan["number"] + plan["of"] * each for each in range(len(self.people))]
        self._told = 0
        self._heads: dict[int, int] = {}
        self._behind: set[Person] = set()
        self.opened = False
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Carry out commands until the last one."""
        loop = asyncio.get_running_loop()
        lines = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        beside = [asyncio.create_task(self._tell()), asyncio.create_task(self._look_at_lag())]
        while line := await lines.readline():
            command = json.loads(line)
            does = command.pop("do")
            if does == "end":
                break
            task = asyncio.create_task(getattr(self, does)(**command))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        for task in beside:
            task.cancel()
        await asyncio.gather(*(each.leave() for each in self.people))

    # Commands

    async def come(
        self, seconds: float, act: bool = True, first: int = 0, last: int | None = None
    ) -> None:
        """Let the people in, spread over some seconds; of all, those between two numbers."""
        coming = [
            person
            for person, number in zip(self.people, self._numbers, strict=True)
            if first <= number and (last is None or number < last)
        ]
        began = time.perf_counter()
        for number, person in enumerate(coming):
            await asyncio.sleep(max(0.0, began + seconds * number / len(coming) - _now()))
            person.begin(act=act)

    async def rest(self) -> None:
        """Let everybody do nothing more."""
        for person in self.people:
            person.rest()

    async def drop(self, share: float = 1.0) -> None:
        """Have so many lose their connection at this moment."""
        for person in self.people[: round(len(self.people) * share)]:
            person.connection.drop()

    async def hang(self, count: int, channel: int) -> None:
        """Have so many stop reading, with a channel on their page of which the HTML comes."""
        for person in self.people[:count]:
            person.connection.ask("show", {"channel_ids": [channel]})
        await asyncio.sleep(1)
        for person in self.people[:count]:
            person.rest()
            person.connection.hang()

    async def reach(self, heads: dict[str, int], excused: int = 0) -> None:
        """Say from now on how many know less of their channels than these numbers."""
        self._heads = {int(channel): seq for channel, seq in heads.items()}
        self._behind = set(self.people[excused:])
        self._look_who_is_behind()

    async def open_all(self) -> None:
        """Have everybody open what they only know of by number."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def look(person: Person) -> None:
            async with turns:
                await person.open_all()

        await asyncio.gather(*map(look, self.people))
        self.opened = True

    async def judge(self, heads: dict[str, int], path: str, excused: int = 0) -> None:
        """Write all that was seen, with the judgement on it, except on the first ``excused``."""
        for person in self.people:
            person.inbox.give_up()
        ids = {person.id for person in self.people[:excused]}
        for key in [key for key in self.books.ledger.seen if key[0] in ids]:
            del self.books.ledger.seen[key]
        verdict = self.books.ledger.judge({int(key): seq for key, seq in heads.items()})
        found = {
            "verdict": asdict(verdict),
            "counts": asdict(self.books.counts),
            "requests": self.books.requests,
            "sent": [asdict(each) for each in self.books.sent],
            "unsent": [
                {"client_id": each.client_id, "channel": each.channel, "began": each.began}
                for person in self.people
                for each in person.outbox.left()
            ],
            "receipts": {
                f"{channel}:{seq}": list(moments)
                for (channel, seq), moments in self.books.ledger.receipts.items()
            },
            "announced": self.books.announced,
            "troubles": self.books.troubles,
            "refusals": Counter(
                why for person in self.people for why in person.connection.refusals
            ),
            "connections": sum(person.connection.connections for person in self.people),
            "lags": self.lags,
            "cpu": time.process_time(),
        }
        part = Path(path).with_suffix(".part")
        part.write_text(json.dumps(found))
        part.rename(path)

    # Beside

    async def _tell(self) -> None:
        while True:
            requests = self.books.requests
            fresh, self._told = requests[self._told :], len(requests)
            statuses = Counter(str(status) for _at, _kind, status, _seconds in fresh)
            told = {
                "at": _now(),
                "ready": sum(person.connection.is_ready for person in self.people),
                "whole": sum(person.is_whole for person in self.people),
                "unsent": sum(person.outbox.unsent for person in self.people),
                "missing": sum(person.missing for person in self.people),
                "announced": len(self.books.announced),
                "opened": self.opened,
                "asked": bool(self._heads),
                "behind": self._look_who_is_behind(),
                "live": self.books.counts.live,
                "sent": len(self.books.sent),
                "slow": max((seconds for *_, seconds in fresh), default=0.0),
                "statuses": statuses,
            }
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
            await asyncio.sleep(TELL_EVERY)

    def _look_who_is_behind(self) -> int:
        heads = self._heads
        self._behind = {
            person
            for person in self._behind
            if any(
                state.seq < heads.get(channel, 0)
                for channel, state in person.inbox.channels.items()
            )
        }
        return len(self._behind)

    async def _look_at_lag(self) -> None:
        while True:
            before = _now()
            await asyncio.sleep(LAG_EVERY)
            self.lags.append(_now() - before - LAG_EVERY)


def _now() -> float:
    return time.perf_counter()


def _address(shard: int, index: int, host: str) -> str | None:
    """Return a loopback address for one person: everybody has their own, and enough ports."""
    if not host.startswith("127."):
        return None
    return f"127.{10 + shard}.{index // 250}.{1 + index % 250}"


def main() -> None:
    """Read the plan and run."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    shard = Shard(plan)
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    asyncio.run(shard.run())


if __name__ == "__main__":
    main()
