"""A critical announcement to organisations of three sizes, some of whose people are connected."""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import threading
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import insert

from enterprise_social import create_app
from enterprise_social.channels.actions import create_channel, join_channel
from enterprise_social.config import ROOT
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.bench.crowd import crowd
from tests.bench.http import Line
from tests.bench.scenarios import Figures, percentile
from tests.bench.seed import Seeded, command, settings, some_people
from tests.bench.targets import Target, application

NAME = "announcement"
SIZES = (1_000, 10_000, 20_000)
CONNECTED = 500
VERSION = 1
POST_EVERY = 0.05
BEFORE_SECONDS = 6.0
MARK = 1
LONGEST = 120.0


def announcements(folder: Path, asked: argparse.Namespace) -> Figures:
    """Measure at every size."""
    found: Figures = {}
    for size in SIZES:
        print(f"an announcement to {size:,} …", file=sys.stderr, flush=True)
        place = folder / str(size)
        target = application(place, _seeded(place, size, asked.kept))
        target.auths = target.auths[1:]  # the first one announces, and gets nothing
        try:
            target.start()
            target.settle(20)
            found |= _measure(target, size, place / "enterprise-social.db")
        finally:
            target.stop()
    return found


def aims() -> Figures:
    """Return what the figures should be."""
    found: Figures = {}
    for size in SIZES:
        found[f"announcement to {size:,}: ms to publish"] = 1_000
        found[f"announcement to {size:,}: ms p99 until {CONNECTED} clients have it"] = 1_000
        found[f"announcement to {size:,}: s until all is queued"] = 10
        found[f"announcement to {size:,}: posting p95 meanwhile, times that before"] = 2
    return found


class _Poster:
    """Somebody who posts into a channel all the while; each post's time is kept."""

    def __init__(self, target: Target) -> None:
        self.times: list[tuple[float, float]] = []
        self._target = target
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        line = Line(self._target.port, self._target.callers[1])
        while not self._over.is_set():
            began = time.perf_counter()
            line.post(self._target.post_paths[0], {"body": "the truck is at the gate"})
            took = time.perf_counter() - began
            self.times.append((began, took))
            self._over.wait(max(0.0, POST_EVERY - took))
        line.close()

    def stop(self) -> None:
        """End it."""
        self._over.set()
        self._thread.join()

    def between(self, begin: float, end: float) -> list[float]:
        """Return how long the posts of that time took."""
        return [took for began, took in self.times if begin <= began <= end]


def _measure(target: Target, size: int, database: Path) -> Figures:
    title = f"announcement to {size:,}"
    with crowd(target, "json", CONNECTED) as listening:
        target.settle(20)
        memory = target.memory()
        poster = _Poster(target)
        time.sleep(BEFORE_SECONDS)
        line = Line(target.port, target.callers[0])
        content = {
            "title": f"bench-mark-{MARK}- Leave the yard", "body": "At once.", "reason": "Fire",
            "priority": "critical", "requires_ack": True, "audience": "everyone",
        }  # fmt: skip
        began = time.perf_counter()
        status, answer = line.post("/api/v1/announcements", content)
        published = time.perf_counter()
        if status != 201:
            raise RuntimeError(f"{target.name}: {status} {answer[:300]!r}")
        count = json.loads(answer)["recipient_count"]
        queued = _wait_until_queued(database, count)
        ends = time.perf_counter()
        time.sleep(2.0)
        poster.stop()
        line.close()
        receipts, _presence = listening.report()
    delays = [moment - began for number, moment in receipts if number == MARK]
    if len(delays) < CONNECTED:
        raise RuntimeError(f"{title}: {len(delays)} of {CONNECTED} have it")
    before = percentile(poster.between(began - BEFORE_SECONDS + 1, began), 0.95)
    meanwhile = percentile(poster.between(began, max(ends, began + 2)), 0.95)
    target.settle(30)
    return {
        f"{title}: ms to publish": (published - began) * 1000,
        f"{title}: ms p50 until {CONNECTED} clients have it": percentile(delays, 0.5) * 1000,
        f"{title}: ms p99 until {CONNECTED} clients have it": percentile(delays, 0.99) * 1000,
        f"{title}: s until all is queued": queued - began,
        f"{title}: posting ms p95 before": before * 1000,
        f"{title}: posting ms p95 meanwhile": meanwhile * 1000,
        f"{title}: posting p95 meanwhile, times that before": meanwhile / before,
        f"{title}: memory before: MB": memory,
        f"{title}: memory after: MB": target.memory(),
    }


def _wait_until_queued(database: Path, count: int) -> float:
    """Return when every recipient had their lines in the ledger."""
    end = time.perf_counter() + LONGEST
    with closing(sqlite3.connect(database)) as looking:
        while time.perf_counter() < end:
            sql = "SELECT count(DISTINCT person_id) FROM announcement_deliveries"
            if looking.execute(sql).fetchone()[0] >= count:
                return time.perf_counter()
            time.sleep(0.05)
    raise RuntimeError(f"not everybody was served within {LONGEST:g} s")


def _seeded(folder: Path, size: int, kept: Path) -> Seeded:
    """Put a copy of the organisation into ``folder``; it is made once and kept."""
    original = kept / f"announcement-{VERSION}-{size}"
    facts = original / "seeded.json"
    if not facts.exists():
        shutil.rmtree(original, ignore_errors=True)
        original.mkdir(parents=True)
        facts.write_text(json.dumps(asdict(_fill(original, size))))
    command(original, "db", "upgrade")
    shutil.copytree(original, folder)
    return Seeded(**json.loads(facts.read_text()))


def _fill(data_dir: Path, size: int) -> Seeded:
    app = create_app({"TESTING": True, **settings(data_dir)})
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        persons, tokens = some_people(CONNECTED + 1)
        persons[0].role = "admin"
        db.session.commit()
        channel = create_channel(persons[0], "Gate")
        join_channel(persons[1], channel)
        rows = [
            {"email": f"many{number}@example.com", "username": f"many{number}",
             "name": f"One Of {number}", "created_at": now()}
            for number in range(size - CONNECTED)
        ]  # fmt: skip
        db.session.execute(insert(Person), rows)
        db.session.commit()
        names = [person.username for person in persons]
        seeded = Seeded(0, tokens, names, persons[0].email, [channel.id], [channel.slug])
        db.session.remove()
        db.engine.dispose()
    return seeded
