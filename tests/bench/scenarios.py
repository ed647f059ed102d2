"""What is measured. Each scenario uses a running target and returns figures by their name."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.bench.crowd import crowd
from tests.bench.files import files
from tests.bench.http import Line
from tests.bench.presence import presence
from tests.bench.targets import Target
from tests.bench.words import COMMON, RARE, Texts
from tests.services.server import ROOT

Figures = dict[str, float]
_runs = iter(range(1_000_000))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def latency(values: Sequence[float], name: str) -> Figures:
    """Return p50, p95 and p99 in milliseconds."""
    return {f"{name} p{share}": percentile(values, share / 100) * 1000 for share in (50, 95, 99)}


def one_sender(target: Target) -> Figures:
    """One person posts, one post after the other."""
    return _send(target, "1 sender", senders=1, posts=400, seconds=12)


def sixteen_senders(target: Target) -> Figures:
    """Sixteen people post, each as soon as the last post is answered."""
    return _send(target, "16 senders", senders=16, posts=1_600, seconds=20)


def _send(target: Target, name: str, *, senders: int, posts: int, seconds: int) -> Figures:
    _send_plan(target, senders, 4 * senders, 5)  # connections and caches are there
    target.settle()
    before = target.cpu()
    done = _send_plan(target, senders, posts, seconds)
    answered = target.cpu() - before
    target.settle()
    used = target.cpu() - before
    count = len(done["latencies"])
    return {
        f"{name}: posts a second": count / done["seconds"],
        **latency(done["latencies"], f"{name}: ms"),
        f"{name}: CPU s per 1,000 until answered": answered / count * 1000,
        f"{name}: CPU s per 1,000 with all that follows": used / count * 1000,
    }


def _send_plan(target: Target, senders: int, posts: int, seconds: int) -> dict[str, Any]:
    texts = Texts(seed=next(_runs) + 100)
    plan = {
        "port": target.port,
        "senders": senders,
        "posts": posts,
        "seconds": seconds,
        "callers": target.callers,
        "paths": target.post_paths,
        "bodies": [texts.written(number) for number in range(500)],
        "run": f"run{next(_runs)}-{time.time_ns()}",
    }
    return run_senders(target.name, plan)


def run_senders(name: str, plan: dict[str, Any]) -> dict[str, Any]:
    """Have senders in a process of their own carry out a plan; see ``senders``."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.senders"],
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=plan["seconds"] + 60,
        cwd=ROOT,
    )
    done: dict[str, Any] = json.loads(answer.stdout)
    if done["failures"] or not done["latencies"]:
        raise RuntimeError(f"{name}: {done['failures']}")
    return done


def page(target: Target) -> Figures:
    """One person opens a channel's newest 50 posts again and again."""
    return _get(target, "page of 50", target.page_path, target.signed_in(), 300, 6)


def _get(
    target: Target, name: str, path: str, headers: dict[str, str], count: int, seconds: float
) -> Figures:
    line = Line(target.port, headers)
    size = 0
    for _ in range(10):
        status, body = line.get(path)
        size = len(body)
        if status != 200:
            raise RuntimeError(f"{target.name}: {path} answered {status}: {body[:200]!r}")
    target.settle(10)
    times: list[float] = []
    before, end = target.cpu(), time.perf_counter() + seconds
    while len(times) < count and time.perf_counter() < end:
        began = time.perf_counter()
        line.get(path)
        times.append(time.perf_counter() - began)
    used = target.cpu() - before
    line.close()
    return {
        **latency(times, f"{name}: ms"),
        f"{name}: CPU ms": used / len(times) * 1000,
        f"{name}: kB": size / 1000,
    }


def search(target: Target, suffix: str = "") -> Figures:
    """One person searches a word of every third post, then one of a post in 2,000."""
    found: Figures = {}
    for kind, word in (("common word", COMMON), ("rare word", RARE)):
        path, who = target.search_path(word), target.callers[0]
        figures = _get(target, f"search {kind}{suffix}", path, who, 150, 6)
        found.update({name: figures[name] for name in figures if not name.endswith(" kB")})
    return found


def search_among_many(target: Target) -> Figures:
    """The same among 100,000 posts, by someone in 50 channels."""
    return search(target, suffix=" of 100,000")


def delivery(target: Target, form: str = "html") -> Figures:
    """Posts into one channel reach 50, 200 and 500 of its connected clients.

    The CPU time of a delivery is what the server spends beyond the same posts with nobody
    connected; the index is written by a process of its own, at times of its own.
    """
    _paced_posts(target, 6, 0.25)
    target.settle(20)
    used, _sent = _paced_posts(target, 30, 0.25)
    found: Figures = {"posts with nobody connected: CPU ms each": used * 1000}
    for clients, posts, pause in ((50, 40, 0.15), (200, 30, 0.25), (500, 20, 0.5)):
        found.update(_deliver(target, form, clients, posts, pause, used))
    return found


def _deliver(
    target: Target, form: str, clients: int, posts: int, pause: float, alone: float
) -> Figures:
    with crowd(target, form, clients) as listening:
        target.settle(20)
        used, sent = _paced_posts(target, posts, pause)
        memory = target.memory()
        receipts, _presence = listening.report()
    delays = [moment - sent[number] for number, moment in receipts]
    if len(delays) < posts * clients:
        raise RuntimeError(f"{target.name}: {len(delays)} of {posts * clients} deliveries came")
    name = f"{clients} clients"
    return {
        **latency(delays, f"delivery to {name}: ms"),
        f"delivery to {name}: CPU ms each": max(0.0, used - alone) / clients * 1000,
        f"memory with {name}: MB": memory,
    }


def _paced_posts(target: Target, posts: int, pause: float) -> tuple[float, dict[int, float]]:
    """Post with pauses; returns CPU seconds a post of the server, and when each was sent."""
    sent: dict[int, float] = {}
    line = Line(target.port, target.callers[0])
    before = target.serving_cpu()
    for number in range(posts):
        sent[number] = time.perf_counter()
        body = {"body": f"bench-mark-{number}- the truck is at the gate, who takes it?"}
        status, answer = line.post(target.post_paths[0], body)
        if status != 201:
            raise RuntimeError(f"{target.name}: {status} {answer[:200]!r}")
        time.sleep(max(0.0, sent[number] + pause - time.perf_counter()))
    time.sleep(1.0)  # the last ones arrive and are indexed
    line.close()
    return (target.serving_cpu() - before) / posts, sent


def start_up(target: Target) -> Figures:
    """Started three times on its full database; the last one goes on running."""
    times, used = [], []
    for turn in range(3):
        if turn:
            target.stop()
        times.append(target.start())
        used.append(target.serving_cpu())
    target.settle(20)
    return {
        "start-up: s": sorted(times)[1],
        "start-up: CPU s": sorted(used)[1],
        "memory idle: MB": target.memory(),
    }


def memory(target: Target) -> Figures:
    """What it holds after all that was asked of it, with nobody connected."""
    target.settle(20)
    return {"memory after all this: MB": target.memory()}


SCENARIOS: dict[str, Callable[[Target], Figures]] = {
    "start": start_up,
    "page": page,
    "search": search,
    "send1": one_sender,
    "send16": sixteen_senders,
    "deliver": delivery,
    "presence": presence,
    "memory": memory,
    "files": files,
}
