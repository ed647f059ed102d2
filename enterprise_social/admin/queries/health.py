"""How the installation is: what waits, what failed, what it runs on and how full it is."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import current_app
from sqlalchemy import case, func, select, text

from enterprise_social.core.clock import now
from enterprise_social.core.db import about_rows, counted, db, is_sqlite
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.files.models import File
from enterprise_social.search.engines import engine

LIBRARIES = ("Flask", "SQLAlchemy", "Flask-SocketIO", "gunicorn")
FAILED_PAGE = 50
MOST_BEHIND = 10_000
# Due for longer: whoever should carry it out isn't there, or can't keep up.
LATE_SECONDS = 60.0


@dataclass(frozen=True)
class Queue:
    """The jobs of one listener; ``late`` is how many seconds the oldest has been due."""

    listener: str
    due: int
    later: int
    failed: int
    late: float


@dataclass(frozen=True)
class FailedJob:
    """A job that was given up; ``problem`` is the last error's line."""

    id: int
    listener: str
    event: str
    attempts: int
    failed_at: datetime
    problem: str


@dataclass(frozen=True)
class IndexState:
    """The search index, and how many changes wait to come into it, up to ``MOST_BEHIND``.

    On PostgreSQL the posts in it and in the database are what the planner believes.
    """

    backend: str
    ready: bool
    reason: str
    documents: int
    posts: int
    behind: int


@dataclass(frozen=True)
class Space:
    """Bytes: free where DATA_DIR is, its whole disk, the database, the files that people sent."""

    free: int
    total: int
    database: int
    files: int


def queues() -> Sequence[Queue]:
    """Return every listener that has jobs, those that are late first."""
    moment = now()
    alive = OutboxJob.failed_at.is_(None)
    is_due = alive & (OutboxJob.run_at <= moment)
    rows = db.session.execute(
        select(
            OutboxJob.listener,
            func.count(case((is_due, OutboxJob.id))),
            func.count(case((alive & (OutboxJob.run_at > moment), OutboxJob.id))),
            func.count(OutboxJob.failed_at),
            func.min(case((is_due, OutboxJob.run_at))),
        ).group_by(OutboxJob.listener)
    )
    found = [
        Queue(listener, due, later, failed, _age(moment, oldest))
        for listener, due, later, failed, oldest in rows
    ]
    return sorted(found, key=lambda each: (-each.late, -each.failed, each.listener))


def failed_jobs(cursor: str | None, limit: int = FAILED_PAGE) -> Page[FailedJob]:
    """Return a page of what was given up, the newest first. Raises Invalid for a bad cursor."""
    statement = select(OutboxJob).where(OutboxJob.failed_at.is_not(None))
    if cursor:
        statement = statement.where(OutboxJob.id < decode(cursor, int)[0])
    rows = db.session.scalars(statement.order_by(OutboxJob.id.desc()).limit(limit + 1)).all()
    more = encode(rows[limit - 1].id) if len(rows) > limit else None
    return Page([_failed(job) for job in rows[:limit]], more)


def index_state() -> IndexState:
    """Return how the search index is."""
    status = engine().status(counted=False)
    alive = OutboxJob.failed_at.is_(None) & (OutboxJob.run_at <= now())
    waiting = select(OutboxJob.id).where(alive, OutboxJob.listener.startswith("search."))
    behind = counted(waiting, MOST_BEHIND) if status.ready and not status.reason else 0
    return IndexState(
        status.backend,
        status.ready,
        status.reason,
        status.documents,
        about_rows("posts"),
        behind,
    )


def space() -> Space:
    """Return how full it is."""
    disk = shutil.disk_usage(current_app.config["DATA_DIR"])
    size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    if not is_sqlite():
        size = "SELECT pg_database_size(current_database())"
    stored = select(func.coalesce(func.sum(File.size), 0)).where(File.deleted_at.is_(None))
    return Space(
        disk.free,
        disk.total,
        int(db.session.execute(text(size)).scalar_one()),
        int(db.session.execute(stored).scalar_one()),
    )


def versions() -> list[tuple[str, str]]:
    """Return what it runs on, with the versions."""
    found = [("Enterprise Social", _version("enterprise-social")), ("Python", _python())]
    found.append((db.engine.dialect.name, _database_version()))
    migration = db.session.execute(text("SELECT max(version_num) FROM alembic_version"))
    found.append(("schema", str(migration.scalar_one())))
    return found + [(name, _version(name)) for name in LIBRARIES]


def _python() -> str:
    return platform.python_version()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _database_version() -> str:
    asked = "SELECT sqlite_version()" if is_sqlite() else "SHOW server_version"
    return str(db.session.execute(text(asked)).scalar_one())


def _age(moment: datetime, since: Any) -> float:
    return max(0.0, (moment - since).total_seconds()) if since is not None else 0.0


def _failed(job: OutboxJob) -> FailedJob:
    lines = (job.last_error or "").strip().splitlines()
    moment = job.failed_at or job.run_at
    return FailedJob(
        job.id, job.listener, job.event, job.attempts, moment, lines[-1] if lines else ""
    )
