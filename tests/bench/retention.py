"""Half of many posts are past their time: how fast they go, what others feel of it meanwhile.

And the audit log: how long it takes to check as many entries, in how much memory. On both
databases, in this process, with the actions that the worker uses. That nothing went that a legal
hold keeps, and nothing stayed that nothing keeps, is asserted.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from enterprise_social import create_app
from enterprise_social.channels.models import Channel
from enterprise_social.config import ROOT
from enterprise_social.core.actions import action
from enterprise_social.core.audit import chain
from enterprise_social.core.audit.checking import check
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post
from enterprise_social.posts.models import Post
from enterprise_social.records.actions import retention as actions
from enterprise_social.records.actions.holds import place_hold
from enterprise_social.records.models import RetentionRun
from enterprise_social.records.policy import held_posts
from tests.bench.scenarios import Figures, percentile
from tests.bench.seed import STEP, many_posts, settings, some_people
from tests.services import postgres

NAME = "retention"
DATABASES = ("SQLite", "PostgreSQL")
CHANNELS, PEOPLE = 20, 20
POST_EVERY = 0.05
ENTRIES_AT_ONCE = 5_000


def retention(folder: Path, size: int) -> Figures:
    """Measure on each database."""
    found: Figures = {}
    for database in DATABASES:
        if database == "PostgreSQL" and postgres.binaries() is None:
            print("PostgreSQL is missing here: left out", file=sys.stderr)
            continue
        print(f"{size:,} posts and entries on {database} …", file=sys.stderr, flush=True)
        app = _application(folder / database, database)
        with app.app_context():
            found |= _posts(app, f"{NAME} of {size:,}, {database}", size)
            found |= _log(f"audit verify of {size:,}, {database}", size)
            db.session.remove()
            db.engine.dispose()
    return found


def aims(size: int) -> Figures:
    """Return what the figures should be."""
    found: Figures = {}
    for database in DATABASES:
        found[f"{NAME} of {size:,}, {database}: longest batch ms"] = 1000
        found[f"{NAME} of {size:,}, {database}: a post meanwhile: ms p95"] = 250
        found[f"audit verify of {size:,}, {database}: s"] = 60 * max(1.0, size / 1_000_000)
        found[f"audit verify of {size:,}, {database}: memory MB"] = 20
    return found


def _application(folder: Path, database: str) -> Flask:
    folder.mkdir(parents=True)
    given = {}
    if database == "PostgreSQL":
        os.environ.setdefault("TEST_RUN_PID", str(os.getpid()))
        cluster = postgres.shared_cluster(folder.parent)
        cluster.create(NAME)
        given["DATABASE_URL"] = cluster.url(NAME)
    app = create_app({"TESTING": True, **settings(folder), **given})
    with app.app_context():
        upgrade(directory=str(ROOT / "migrations"))
    return app


def _posts(app: Flask, title: str, size: int) -> Figures:
    persons, _tokens = some_people(PEOPLE)
    places = many_posts(size, CHANNELS, persons)
    if not is_sqlite():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SELECT setval('posts_id_seq', (SELECT max(id) FROM posts))"))
            connection.execute(text("VACUUM ANALYZE"))
    place_hold(None, "Case 7", "Measuring", person=persons[0])
    # A whole number of days, so that about half of the posts are older.
    days = max(1, int(size * STEP / timedelta(days=2)))
    actions.set_defaults(None, days, 30)
    before = now() - timedelta(days=days)
    past = _count(Post.created_at < before)
    held = _count(Post.created_at < before, held_posts())
    run = actions.begin_run()
    ended = threading.Event()
    times: list[float] = []
    writer = threading.Thread(
        target=_write, args=(app, persons[1].id, places[0].id, ended, times), daemon=True
    )
    writer.start()
    batches: list[float] = []
    began = time.perf_counter()
    _work(run.id, batches)
    seconds = time.perf_counter() - began
    ended.set()
    writer.join()
    db.session.rollback()
    # What came to be past its time while the run went on may be gone as well.
    _assert_right(run, before, now() - timedelta(days=days))
    return {
        f"{title}: posts past their time": past,
        f"{title}: seconds": seconds,
        f"{title}: posts a second": (past - held) / seconds,
        f"{title}: longest batch ms": max(batches, default=0) * 1000,
        f"{title}: a post meanwhile: ms p50": percentile(times, 0.5) * 1000,
        f"{title}: a post meanwhile: ms p95": percentile(times, 0.95) * 1000,
    }


def _work(run_id: int, batches: list[float]) -> None:
    """Take the turns that the worker would take, with its pauses; note how long batches took."""
    last = time.perf_counter()

    def pause(seconds: float) -> None:
        nonlocal last
        batches.append(time.perf_counter() - last)
        time.sleep(seconds)
        last = time.perf_counter()

    after = 0
    while (
        db.session.scalars(select(RetentionRun.finished_at).where(RetentionRun.id == run_id)).one()
        is None
    ):
        db.session.rollback()
        actions.take_turn(run_id, after, pause)


def _write(
    app: Flask, person_id: int, channel_id: int, ended: threading.Event, times: list[float]
) -> None:
    with app.app_context():
        while not ended.wait(POST_EVERY):
            person = db.session.get_one(Person, person_id)
            channel = db.session.get_one(Channel, channel_id)
            began = time.perf_counter()
            create_post(person, channel, "meanwhile")
            times.append(time.perf_counter() - began)


def _assert_right(run: RetentionRun, begun: datetime, ended: datetime) -> None:
    db.session.refresh(run)
    left = _count(Post.created_at < begun, Post.emptied_at.is_(None), ~held_posts())
    hidden = _count(Post.created_at < ended, held_posts(), Post.deleted_at.is_not(None))
    shown = _count(Post.created_at < begun, held_posts(), Post.deleted_at.is_(None))
    lost = _count(Post.created_at < ended, held_posts(), Post.body == "")
    if left or shown or lost or run.hidden != hidden:
        raise RuntimeError(f"{left} stayed, {shown} are shown, {lost} lost, {hidden} hidden: {run}")


def _count(*conditions: object) -> int:
    statement = select(func.count()).select_from(Post).where(*conditions)  # type: ignore[arg-type]
    return int(db.session.execute(statement).scalar_one())


def _log(title: str, size: int) -> Figures:
    for start in range(0, size, ENTRIES_AT_ONCE):
        _entries(range(start, min(size, start + ENTRIES_AT_ONCE)))
    tracemalloc.start()
    first = check()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    began = time.perf_counter()
    outcome = check()
    seconds = time.perf_counter() - began
    if outcome.fault is not None or first.entries != outcome.entries or outcome.entries < size:
        raise RuntimeError(f"the log is not whole: {outcome}")
    return {
        f"{title}: s": seconds,
        f"{title}: entries a second": outcome.entries / seconds,
        f"{title}: memory MB": peak / 1e6,
    }


@action
def _entries(numbers: range) -> None:
    moment = now()
    chain.append(
        [
            {
                "at": moment,
                "actor_id": number % 500,
                "action": "people.updated",
                "target": f"person:{number % 10_000}",
                "details": {"fields": ["title", "location"], "number": number},
            }
            for number in numbers
        ]
    )
