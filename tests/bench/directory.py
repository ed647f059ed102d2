"""The directory and the org chart of organisations of three sizes, on both databases."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from json import dumps, loads
from pathlib import Path
from urllib.parse import quote

from flask_migrate import upgrade
from sqlalchemy import text

from enterprise_social import create_app
from enterprise_social.config import ROOT
from enterprise_social.core.db import db
from tests.bench.http import Line
from tests.bench.organisation import COMMON, MISSPELT, RARE, found_organisation
from tests.bench.scenarios import Figures, percentile
from tests.bench.seed import Seeded, command, settings, some_people
from tests.bench.targets import Target, application
from tests.services import postgres

NAMES = ("directory", "org")
SIZES = (1_000, 10_000, 100_000)
DATABASES = ("SQLite", "PostgreSQL")
VERSION = 1
REQUESTS, SECONDS = 60, 4.0
FIRST = 1_000  # the id of the one at the top
# What is asked for: as the page does it while somebody types, and the composer and the jump box.
SEARCHES = {
    "nothing typed": "/people",
    "one letter": "/people?q=e",
    "common word": f"/people?q={COMMON}",
    "rare name": f"/people?q={RARE}",
    "misspelt name": f"/people?q={MISSPELT}",
    "other script": f"/people?q={quote('мария')}",
    "three words": "/people?q=maria+engineer+rotterdam",
    "filtered": f"/people?q={COMMON}&department=Department+7&sort=name",
    "by skill": "/people?skill=skill+1",
    "suggestions": "/suggest?kind=person&q=mari",
}
CHARTS = {
    "from the top": "/people/org?around=person.0",
    "around somebody": "/people/org?around=person.777",
    "reports": f"/people/org/{FIRST}/reports",
}


def organisations(chosen: Sequence[str], folder: Path, asked: argparse.Namespace) -> Figures:
    """Measure the chosen scenarios at every size on each database."""
    found: Figures = {}
    for size in SIZES:
        for database in DATABASES:
            if database == "PostgreSQL" and postgres.binaries() is None:
                print("PostgreSQL is missing here: left out", file=sys.stderr)
                continue
            print(f"{size:,} people on {database} …", file=sys.stderr, flush=True)
            target = _target(folder / f"{database}{size}", size, database, asked.kept)
            try:
                target.start()
                target.settle(20)
                if "directory" in chosen:
                    found |= _measure(target, f"directory of {size:,}, {database}", SEARCHES)
                if "org" in chosen:
                    found |= _measure(target, f"org chart of {size:,}, {database}", CHARTS)
            finally:
                target.stop()
    return found


def aims() -> Figures:
    """Return what the figures should be: a search is quick at every size.

    A chart counts everyone below each who is shown, from the top the whole organisation.
    """
    return {
        f"{kind} of {size:,}, {database}: {name}: ms p95": most
        for kind, paths, most in (("directory", SEARCHES, 100), ("org chart", CHARTS, 500))
        for size in SIZES
        for database in DATABASES
        for name in paths
    }


def _measure(target: Target, title: str, paths: dict[str, str]) -> Figures:
    # As the shell asks: the frame and the rail are there already.
    line = Line(target.port, {**target.signed_in(), "X-Shell": "main"})
    found: Figures = {}
    for name, path in paths.items():
        for _ in range(3):
            status, body = line.get(path)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}: {body[:200]!r}")
        times: list[float] = []
        before = target.cpu()
        end = time.perf_counter() + SECONDS
        while len(times) < REQUESTS and time.perf_counter() < end:
            began = time.perf_counter()
            line.get(path)
            times.append(time.perf_counter() - began)
        found[f"{title}: {name}: CPU ms"] = (target.cpu() - before) / len(times) * 1000
        for share in (50, 95):
            found[f"{title}: {name}: ms p{share}"] = percentile(times, share / 100) * 1000
    line.close()
    return found


def _target(folder: Path, size: int, database: str, kept: Path) -> Target:
    if database == "SQLite":
        return application(folder, _on_sqlite(folder, size, kept))
    os.environ.setdefault("TEST_RUN_PID", str(os.getpid()))
    cluster = postgres.shared_cluster(folder.parent)
    name = f"organisation_{size}"
    cluster.create(name)
    folder.mkdir(parents=True)
    seeded = _fill(folder, size, cluster.url(name))
    target = application(folder, seeded, database_url=cluster.url(name))
    target.backlog = lambda: 0
    return target


def _on_sqlite(folder: Path, size: int, kept: Path) -> Seeded:
    """Put a copy of the organisation into ``folder``; it is made once and kept."""
    original = kept / f"organisation-{VERSION}-{size}"
    facts = original / "seeded.json"
    if not facts.exists():
        shutil.rmtree(original, ignore_errors=True)
        original.mkdir(parents=True)
        facts.write_text(dumps(asdict(_fill(original, size, ""))))
    command(original, "db", "upgrade")
    shutil.copytree(original, folder)
    return Seeded(**loads(facts.read_text()))


def _fill(data_dir: Path, size: int, url: str) -> Seeded:
    given = {"DATABASE_URL": url} if url else {}
    app = create_app({"TESTING": True, **settings(data_dir), **given})
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        persons, tokens = some_people(1)
        seeded = Seeded(0, tokens, [persons[0].username], persons[0].email, [1], ["none"])
        db.session.remove()
        found_organisation(size, first_id=FIRST)
        if url:
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
        db.session.remove()
        db.engine.dispose()
    return seeded
