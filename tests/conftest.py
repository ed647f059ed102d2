"""Fixtures that every room's tests share: the application on both databases, services, browser.

``app`` comes twice, on SQLite and on PostgreSQL, each test with an empty database of its own that
is copied from one that was migrated once. Where one database is enough, say
``@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)``.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event

from enterprise_social import create_app
from enterprise_social.core.db import db
from tests.services import memory, postgres, schema, warm
from tests.services import nginx as nginx_service
from tests.services import redis as redis_service
from tests.services.client import IsolatedClient
from tests.services.ending import keep_connections, let_go
from tests.services.missing import PREFIX, missing
from tests.services.prepared import Prepared
from tests.services.server import CHEAP_PASSWORDS, LiveServer
from tests.services.smtp import MailSink

pytest_plugins = ["tests.services.browser"]

MakeApp = Callable[..., Flask]
_numbers = count(1)


def pytest_configure() -> None:
    """Tell the workers which process is the run: what they share ends with it."""
    os.environ.setdefault("TEST_RUN_PID", str(os.getpid()))
    for name in ("DATABASE_URL", "REDIS_URL", "SMTP_URL", "DATA_DIR", "BASE_URL", "SEARCH_BACKEND"):
        os.environ.pop(name, None)
    memory.use()
    warm.begin()


def pytest_collection_finish() -> None:
    """The tests are known, and with them nearly all that stays in memory to the end."""
    warm.spare_the_collector()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name in the last lines what could not be run on this machine."""
    skipped: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        if reason.startswith(PREFIX):
            what = reason.removeprefix(PREFIX)
            skipped[what] = skipped.get(what, 0) + 1
    for what, number in sorted(skipped.items()):
        terminalreporter.write_line(f"NOT RUN: {number} tests, because {what} is missing here")


@pytest.fixture(scope="session", autouse=True)
def prepared_interpreter() -> Iterator[None]:
    """Servers are forked of an interpreter that has imported the program before."""
    LiveServer.prepared = Prepared()
    yield
    LiveServer.prepared.close()
    LiveServer.prepared = None


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def postgres_cluster(run_folder: Path) -> Iterator[postgres.Cluster]:
    """The run's PostgreSQL, with a migrated database to copy from."""
    if postgres.binaries() is None:
        missing("PostgreSQL")
    cluster = postgres.shared_cluster(run_folder)
    schema.prepare_postgres(cluster, run_folder)
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    """A migrated, empty SQLite file to copy."""
    return schema.prepare_sqlite(run_folder)


@pytest.fixture(params=["sqlite", "postgres"])
def backend(request: pytest.FixtureRequest) -> str:
    """The database that the test runs on."""
    return str(request.param)


@pytest.fixture
def make_database(request: pytest.FixtureRequest) -> Iterator[Callable[[str, Path], str]]:
    """``make_database(backend, data_dir)`` returns the address of a new, migrated database."""
    made: list[str] = []

    def make(kind: str, data_dir: Path) -> str:
        data_dir.mkdir(parents=True, exist_ok=True)
        if kind == "sqlite":
            file = data_dir / "enterprise-social.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), file)
            return f"sqlite:///{file}"
        cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        # Never a name twice: a straggler of one test must not write into the next one's.
        name = f"test_{worker}_{next(_numbers)}"
        cluster.create(name, schema.TEMPLATE)
        made.append(name)
        return cluster.url(name)

    yield make
    for name in made:
        request.getfixturevalue("postgres_cluster").drop(name)


@pytest.fixture
def make_app(
    tmp_path: Path, make_database: Callable[[str, Path], str]
) -> Iterator[Callable[..., Flask]]:
    """``make_app(backend="sqlite", **settings)`` returns an application on a new database.

    Forms need no CSRF token unless ``WTF_CSRF_ENABLED=True`` is given.
    """
    apps: list[Flask] = []

    def make(backend: str = "sqlite", **settings: Any) -> Flask:
        data_dir = tmp_path / f"data{len(apps) or ''}"
        overrides = {
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "RATE_LIMITS": "off",
            "SECRET_KEY": "only-for-the-tests-of-one-machine",
            "DATA_DIR": data_dir,
            "BASE_URL": "http://localhost",
            **CHEAP_PASSWORDS,
            **settings,
        }
        ours = "DATABASE_URL" not in overrides
        if ours:
            overrides["DATABASE_URL"] = make_database(backend, data_dir)
        app = create_app(overrides)
        if ours:
            warm.up(app)
        keep_connections(app)
        app.test_client_class = IsolatedClient
        apps.append(app)
        return app

    yield make
    for app in apps:
        let_go(app)


@pytest.fixture
def app(backend: str, make_app: MakeApp) -> Flask:
    """The application on an empty database, once on each of the two."""
    return make_app(backend)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Someone's HTTP client with a cookie jar of its own; ``app.test_client()`` makes more."""
    return app.test_client()


@pytest.fixture
def database(app: Flask) -> Iterator[SQLAlchemy]:
    """The database with the application's context around the test: for actions and queries."""
    with app.app_context():
        yield db
        db.session.rollback()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis_service.RedisServer]:
    """This worker's Redis."""
    if not redis_service.available():
        missing("Redis")
    server = redis_service.RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: redis_service.RedisServer) -> str:
    """The address of an empty Redis."""
    server = redis_server
    server.empty()
    return server.url


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    """An SMTP server that keeps what it gets: set ``SMTP_URL`` to its ``url``."""
    sink = MailSink()
    yield sink
    sink.stop()


@pytest.fixture
def make_proxy(tmp_path: Path) -> Iterator[Callable[..., nginx_service.Proxy]]:
    """``make_proxy(port, port, …)`` puts nginx before server processes."""
    if nginx_service.program() is None:
        missing("nginx")
    proxies: list[nginx_service.Proxy] = []

    def make(*ports: int) -> nginx_service.Proxy:
        folder = tmp_path / f"nginx{len(proxies)}"
        folder.mkdir()
        proxies.append(nginx_service.Proxy(ports, folder))
        return proxies[-1]

    yield make
    for proxy in proxies:
        proxy.stop()


@pytest.fixture
def make_live_server(
    tmp_path: Path, make_database: Callable[[str, Path], str]
) -> Iterator[Callable[..., LiveServer]]:
    """``make_live_server(backend="sqlite", **env)``: a server process, not yet started."""
    servers: list[LiveServer] = []

    def make(backend: str = "sqlite", **env: str) -> LiveServer:
        data_dir = tmp_path / f"server{len(servers) or ''}"
        settings = dict(env)
        if "DATABASE_URL" not in settings:
            settings["DATABASE_URL"] = make_database(backend, data_dir)
        servers.append(LiveServer(data_dir, settings))
        return servers[-1]

    yield make
    for server in servers:
        if server.running:
            server.kill()


@pytest.fixture
def live_server(make_live_server: Callable[..., LiveServer]) -> LiveServer:
    """The real server in its default set-up, started, on an empty database."""
    return make_live_server().start()


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    """``with count_queries() as statements:`` gathers the statements sent to any database."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        statements: list[str] = []
        here = threading.get_ident()

        def note(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
            # Live delivery reads in a thread of its own, at its own time.
            if threading.get_ident() == here and not statement.startswith(("BEGIN", "PRAGMA")):
                statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return count
