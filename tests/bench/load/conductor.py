"""Runs the shards: has people come, rest, lose their connection; joins what they saw."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.bench.load.profile import Profile
from tests.services.server import ROOT

PEOPLE_A_SHARD = 3_000
JUDGING_SECONDS = 120.0


@dataclass
class Findings:
    """All that the shards wrote down."""

    verdict: dict[str, Any] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    requests: list[tuple[float, str, int, float]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    unsent: list[dict[str, Any]] = field(default_factory=list)
    receipts: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    announced: list[tuple[int, int, float]] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    lags: list[float] = field(default_factory=list)

    def add(self, told: dict[str, Any]) -> None:
        """Take what one shard wrote."""
        verdict = told["verdict"]
        for name, value in verdict.items():
            if name == "examples":
                self.verdict["examples"] = [*self.verdict.get("examples", []), *value][:20]
            else:
                self.verdict[name] = self.verdict.get(name, 0) + value
        self.counts.update(told["counts"])
        self.requests += [tuple(each) for each in told["requests"]]
        self.sent += told["sent"]
        self.unsent += told["unsent"]
        for name, moments in told["receipts"].items():
            channel, _colon, seq = name.partition(":")
            self.receipts.setdefault((int(channel), int(seq)), []).extend(moments)
        self.announced += [tuple(each) for each in told["announced"]]
        self.troubles.update(told["troubles"])
        self.refusals.update(told["refusals"])
        self.connections += told["connections"]
        self.lags += told["lags"]

    def latencies(self) -> list[tuple[float, float]]:
        """Return (when it was sent, seconds until somebody had it) of every receipt of a post."""
        began = {(each["channel"], each["seq"]): each["began"] for each in self.sent if each["seq"]}
        return [
            (began[key], moment - began[key])
            for key, moments in self.receipts.items()
            if key in began
            for moment in moments
        ]


class _Shard:
    """One process with some people."""

    def __init__(self, plan: Path, folder: Path, number: int) -> None:
        self.number = number
        self.folder = folder
        self.told: dict[str, Any] = {}
        self.statuses: Counter[str] = Counter()
        with (folder / f"shard-{number}.log").open("ab") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.load.shard", str(plan)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                cwd=ROOT,
            )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def do(self, does: str, **arguments: Any) -> None:
        """Give a command."""
        self._write(json.dumps({"do": does, **arguments}))

    def end(self) -> None:
        """End it."""
        try:
            self.do("end")
            self.process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self._thread.join(5)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _write(self, line: str) -> None:
        if self.process.stdin is None:
            raise RuntimeError("no input")
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            told = json.loads(line)
            self.statuses.update(told.pop("statuses"))
            self.told = told


class Load:
    """All people of a run, as a context manager: they go home in the end."""

    def __init__(
        self,
        url: str | Sequence[str],
        people: Sequence[Mapping[str, Any]],
        profile: Profile,
        folder: Path,
        *,
        shards: int = 0,
    ) -> None:
        """Prepare them; with several addresses people are at one as often as at another."""
        self.people = len(people)
        self.folder = folder
        self._shards: list[_Shard] = []
        count = shards or -(-len(people) // PEOPLE_A_SHARD)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            plan = folder / f"plan-{number}.json"
            facts = {
                "urls": [url] if isinstance(url, str) else list(url),
                "number": number,
                "of": count,
                "profile": profile.document(),
                "posts_each": profile.posts_each(len(people)),
                "people": list(people[number::count]),
            }
            plan.write_text(json.dumps(facts))
            self._shards.append(_Shard(plan, folder, number))

    def __enter__(self) -> Load:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        for shard in self._shards:
            shard.end()

    @property
    def processes(self) -> list[int]:
        """The ids of the generator's processes."""
        return [shard.process.pid for shard in self._shards]

    def do(self, does: str, **arguments: Any) -> None:
        """Give every shard a command; see ``shard.Shard``."""
        for shard in self._shards:
            shard.do(does, **arguments)

    def now(self) -> dict[str, Any]:
        """Return how things stand: the sums of what the shards said last."""
        found: Counter[str] = Counter()
        for shard in self._shards:
            if shard.process.poll() is not None:
                log = (self.folder / f"shard-{shard.number}.log").read_text()[-2000:]
                raise RuntimeError(f"a generator ended:\n{log}")
            found.update({key: value for key, value in shard.told.items() if key != "slow"})
        return {**found, "slow": max((s.told.get("slow", 0.0) for s in self._shards), default=0.0)}

    def statuses(self) -> Counter[str]:
        """Return how often each status was answered so far."""
        return sum((shard.statuses for shard in self._shards), Counter())

    def wait(
        self,
        seconds: float,
        done: Callable[[dict[str, Any]], bool] = lambda _now: False,
        tell: Callable[[str], None] | None = None,
    ) -> float | None:
        """Wait until ``done`` of how things stand, for some seconds at most; return how long.

        None where it did not come to be.
        """
        began = said = time.monotonic()
        while (moment := time.monotonic()) - began < seconds:
            stands = self.now()
            if done(stands):
                return moment - began
            if tell is not None and moment - said >= 5:
                said = moment
                tell(self.line(stands))
            time.sleep(0.1)
        return None

    def line(self, stands: Mapping[str, Any]) -> str:
        """Say how things stand."""
        bad = {k: n for k, n in self.statuses().items() if k == "0" or k >= "500"}
        return (
            f"{stands.get('ready', 0)}/{self.people} connected, {stands.get('sent', 0)} posts, "
            f"{stands.get('live', 0)} received, {stands.get('unsent', 0)} unsent, "
            f"slowest {stands.get('slow', 0):.2f} s{f', {bad}' if bad else ''}"
        )

    def whole(
        self, seconds: float, excused: int = 0, heads: Mapping[int, int] | None = None
    ) -> float | None:
        """Wait until everybody is connected, lacks nothing and has sent all; return how long.

        With ``heads`` everybody must have come to those numbers of their channels.
        """
        needed = self.people - excused
        if heads is not None:
            self.do("reach", heads=heads, excused=excused)

        def is_whole(stands: dict[str, Any]) -> bool:
            reached = heads is None or (
                stands.get("asked", 0) >= len(self._shards) and not stands["behind"]
            )
            return bool(stands.get("whole", 0) >= needed and reached)

        return self.wait(seconds, is_whole)

    def quiet(self, seconds: float = 30.0) -> bool:
        """Wait until nothing has come for two seconds."""
        end, last, since = time.monotonic() + seconds, -1, time.monotonic()
        while time.monotonic() < end:
            live = self.now().get("live", 0)
            if live != last:
                last, since = live, time.monotonic()
            elif time.monotonic() - since > 2:
                return True
            time.sleep(0.2)
        return False

    def open_all(self, seconds: float = 120.0) -> None:
        """Have everybody open what they only know of by number; before they are judged."""
        self.do("open_all")
        self.wait(seconds, lambda now: now.get("opened", 0) >= len(self._shards))

    def judge(self, heads: Mapping[int, int], excused: int = 0) -> Findings:
        """Have the shards compare what was seen with where the channels stand."""
        paths = []
        for shard in self._shards:
            path = self.folder / f"found-{shard.number}.json"
            path.unlink(missing_ok=True)
            shard.do("judge", heads=heads, path=str(path), excused=excused)
            paths.append(path)
        end = time.monotonic() + JUDGING_SECONDS
        found = Findings()
        for path in paths:
            while not path.exists():
                if time.monotonic() > end:
                    raise TimeoutError("a generator did not report")
                time.sleep(0.05)
            found.add(json.loads(path.read_text()))
        return found
