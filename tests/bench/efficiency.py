"""Deliveries and posts per second of processor time, beside bare servers in the same run.

Both run on the same PostgreSQL, each as one gevent process of gunicorn with the same settings; they
take turns, so that whatever else the machine does falls on both. Measured is the processor time of
the processes, by the kernel; what the clients cost is not in it.

**Deliveries**: 400 connected clients hear one channel; a delivery is what a post costs beyond the
same post with nobody connected. The bare server emits messages of the same number of bytes to one
room of the same clients. **Posts**: eight senders with a cookie each, nobody connected; once the
web process alone until all is answered, once with all that follows from it (the worker: index,
notifications), once with PostgreSQL as well.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import psycopg
import requests

from tests.bench.crowd import crowd
from tests.bench.http import Line
from tests.bench.load import population
from tests.bench.processes import TICKS, cpu_seconds
from tests.bench.scenarios import Figures, run_senders
from tests.bench.targets import Target
from tests.bench.words import Texts
from tests.services.process import Process, free_port
from tests.services.server import ROOT

NAME = "efficiency"
CLIENTS = 400
ROUNDS = 4
DELIVERED = 25  # posts of a round that are delivered
PAUSE = 0.2
WRITTEN = 320  # posts of a round of writing
SENDERS = 8
DELIVERIES_AIM, POSTS_AIM = 60.0, 40.0  # per cent of the bare ones
QUIET = 0.03  # seconds of processor time in half a second


@dataclass
class Side:
    """One of the two, and what it used."""

    name: str
    port: int
    roots: dict[str, list[int]]
    callers: list[dict[str, str]]
    post_paths: list[str]
    send: Callable[[int], tuple[str, Any]]  # a marked message: path and document
    auths: list[dict[str, Any] | None]
    delivery: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    posts: dict[str, list[float]] = field(default_factory=dict)

    def used(self, *roles: str) -> float:
        """Return the seconds that these kinds of processes have used, all of them without any."""
        wanted = roles or tuple(self.roots)
        return sum(cpu_seconds(root) for role in wanted for root in self.roots[role])

    def settle(self, seconds: float = 20.0) -> None:
        """Wait until what follows is done."""
        end = time.monotonic() + seconds
        before = self.used()
        while time.monotonic() < end:
            time.sleep(0.5)
            spent, before = self.used() - before, self.used()
            if spent <= QUIET:
                return


def efficiency(folder: Path, _asked: argparse.Namespace) -> tuple[Figures, Figures]:
    """Measure both and return their figures."""
    from tests.services.cluster import Cluster

    folder.mkdir(parents=True, exist_ok=True)
    settings = {"LOG_LEVEL": "WARNING", "RATE_LIMITS": "off"}
    with Cluster(folder / "cluster", web=1, workers=1, environment=settings) as cluster:
        ours = _ours(cluster)
        with _bare(folder, cluster) as bare:
            sides = (ours, bare)
            for side in sides:
                _write(side, SENDERS * 5, "warm")
            for turn in range(ROUNDS):
                for side in sides if turn % 2 else sides[::-1]:
                    _say(f"{side.name}: posts, round {turn + 1} …")
                    _count_posts(side, turn)
            for turn in range(ROUNDS):
                for side in sides if turn % 2 else sides[::-1]:
                    _say(f"{side.name}: deliveries, round {turn + 1} …")
                    side.settle()
                    side.alone.append(_deliver(side, 2 * turn))
                    with crowd(_target(side), "html", CLIENTS):
                        side.settle()
                        side.delivery.append(_deliver(side, 2 * turn + 1))
            return _figures(ours, bare)


def aims() -> Figures:
    """Return the least shares."""
    return {
        "deliveries per CPU second: % of bare": DELIVERIES_AIM,
        "posts per CPU second with all that follows: % of bare": POSTS_AIM,
        "posts per CPU second until answered: % of bare": POSTS_AIM,
    }


def _ours(cluster: Any) -> Side:
    app = population.application(cluster.env)
    town = population.populate(app, 20, posts=False)
    channel = town.people[0]["channels"][0]
    processes = cluster.processes()
    callers = [
        {"Cookie": each["cookie"], "X-CSRFToken": each["csrf"], "Accept": "application/json"}
        for each in town.people
    ]
    paths = [
        f"/api/v1/channels/{each['id']}/posts"
        for each in {c["id"]: c for c in town.people[0]["channels"]}.values()
        if each["kind"] in ("company", "department", "project")
    ]
    return Side(
        "application",
        urlsplit(cluster.web_urls[0]).port or 0,
        {role: processes[role][:1] for role in ("web", "worker", "postgresql")},
        callers,
        paths,
        lambda number: (f"/api/v1/channels/{channel['id']}/posts", {"body": _text(number)}),
        _tokens(app, town),
    )


def _tokens(app: Any, town: population.Town) -> list[dict[str, Any] | None]:
    """Return sign-ins for sockets of the crowd, which has no cookies."""
    from enterprise_social.accounts.actions import create_access_token
    from enterprise_social.core.db import db
    from enterprise_social.people.models import Person

    found: list[dict[str, Any] | None] = []
    with app.app_context():
        for facts in town.people:
            person = db.session.get(Person, facts["id"])
            if person is not None:
                found.append({"token": create_access_token(person, "bench")[1]})
        db.session.remove()
    return found


@contextmanager
def _bare(folder: Path, cluster: Any) -> Iterator[Side]:
    plain = cluster.database_url.replace("+psycopg", "", 1)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA bare")
    url = f"{cluster.database_url}?options=-csearch_path%3Dbare"
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--chdir", str(ROOT)]
    command += ["-c", str(ROOT / "enterprise_social" / "deploying.py")]
    command += ["--bind", f"127.0.0.1:{port}", "tests.bench.bare_gevent:app"]
    environment = {**os.environ, "BARE_DATABASE_URL": url}
    process = Process(command, folder / "bare.log", environment)
    try:
        process.wait_ready(lambda: _answers(port), 60)
        callers = []
        for person in range(1, SENDERS + 1):
            with requests.Session() as browser:
                browser.post(f"http://127.0.0.1:{port}/login/{person}", timeout=10)
                cookies = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
                callers.append({"Cookie": cookies, "Accept": "application/json"})
        size = _size_of_ours(cluster)
        yield Side(
            "bare",
            port,
            {"web": [process.popen.pid], "postgresql": cluster.processes()["postgresql"][:1]},
            callers,
            [f"/posts/{channel}" for channel in range(1, 4)],
            lambda number: ("/emit", {"html": _text(number).ljust(size, ".")}),
            [None],
        )
    finally:
        process.stop()


def _size_of_ours(cluster: Any) -> int:
    """Return how many bytes a live message of ours has, for the bare one to have as many."""
    import enterprise_social.feed.live as feed
    from enterprise_social.channels.models import Change
    from enterprise_social.core.db import db

    app = population.application(cluster.env)
    with app.app_context():
        change = db.session.query(Change).order_by(Change.at.desc()).first()
        if change is None:
            return 2_000
        [rendered] = feed.render_changes(change.channel_id, [change.seq])
        size = len(json.dumps(rendered.pages, separators=(",", ":")))
        db.session.remove()
    return size


def _answers(port: int) -> bool:
    line = Line(port)
    try:
        return line.get("/healthz")[0] == 200
    except OSError:
        return False
    finally:
        line.close()


def _target(side: Side) -> Target:
    return Target(
        side.name, [], {}, side.port, Path(os.devnull), side.post_paths, "", str, auths=side.auths
    )


def _text(number: int) -> str:
    return f"bench-mark-{number}- the truck is at the gate, who takes it?"


def _deliver(side: Side, turn: int) -> float:
    """Send some marked posts; return the seconds of the web process for each."""
    line = Line(side.port, side.callers[0])
    before = side.used("web")
    for number in range(DELIVERED):
        path, document = side.send(turn * 1_000 + number)
        began = time.perf_counter()
        status, answer = line.post(path, document)
        if status != 201:
            raise RuntimeError(f"{side.name}: {status} {answer[:200]!r}")
        time.sleep(max(0.0, began + PAUSE - time.perf_counter()))
    time.sleep(1.0)
    line.close()
    return (side.used("web") - before) / DELIVERED


def _count_posts(side: Side, turn: int) -> None:
    side.settle()
    start = {"web": side.used("web"), "all": _all(side), "every": side.used()}
    count = _write(side, WRITTEN, f"{side.name}-{turn}")
    side.posts.setdefault("until answered", []).append((side.used("web") - start["web"]) / count)
    side.settle()
    side.posts.setdefault("with all that follows", []).append((_all(side) - start["all"]) / count)
    side.posts.setdefault("with PostgreSQL", []).append((side.used() - start["every"]) / count)


def _all(side: Side) -> float:
    return side.used(*(role for role in side.roots if role != "postgresql"))


def _write(side: Side, posts: int, run: str) -> int:
    texts = Texts(seed=5)
    done = run_senders(
        side.name,
        {
            "port": side.port,
            "senders": SENDERS,
            "posts": posts,
            "seconds": 60,
            "callers": side.callers,
            "paths": side.post_paths,
            "bodies": [texts.written(number) for number in range(200)],
            "run": f"{run}-{time.time_ns()}",
        },
    )
    return len(done["latencies"])


def _figures(ours: Side, bare: Side) -> tuple[Figures, Figures]:
    found: list[Figures] = []
    for side in (ours, bare):
        spent = [used - alone for used, alone in zip(side.delivery, side.alone, strict=True)]
        # What is less than the kernel's clock tells apart counts as one tick of it.
        each = max(1 / TICKS / DELIVERED, median(spent)) / CLIENTS
        one = {"deliveries per CPU second": 1 / each}
        whole = median(used / CLIENTS for used in side.delivery)
        one[f"deliveries per CPU second, the post of {CLIENTS} included"] = 1 / whole
        one |= {f"posts per CPU second {n}": 1 / median(v) for n, v in side.posts.items()}
        found.append(one)
    mine, theirs = found
    shares = {f"{name}: % of bare": mine[name] / theirs[name] * 100 for name in mine}
    return {**mine, **shares}, theirs


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
