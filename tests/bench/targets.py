"""The two servers that are measured: the application as `serve` starts it, and the bare one."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from tests.bench.http import Line
from tests.bench.processes import cpu_seconds, pss_megabytes, serving_cpu_seconds
from tests.bench.seed import PASSWORD, Seeded, settings
from tests.services.process import Process, free_port
from tests.services.server import PASSED_ON, program

BARE_THREADS = 1500  # as many as the application's server has


@dataclass
class Target:
    """A server and how to use it."""

    name: str
    command: list[str]
    environment: dict[str, str]
    port: int
    log: Path
    post_paths: list[str]
    page_path: str
    search_path: Callable[[str], str]
    callers: list[dict[str, str]] = field(default_factory=lambda: [{}])
    auths: list[dict[str, Any] | None] = field(default_factory=lambda: [None])
    page_headers: dict[str, str] = field(default_factory=dict)
    sign_in: Callable[[Target], dict[str, str]] | None = None
    backlog: Callable[[], int] = lambda: 0  # noqa: E731
    process: Process | None = None

    def start(self) -> float:
        """Start it; returns the seconds until it answered."""
        began = time.perf_counter()
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self.process = Process(self.command, self.log, {**passed, **self.environment})
        while True:
            line = Line(self.port)
            try:
                if line.get("/healthz")[0] == 200:
                    return time.perf_counter() - began
            except OSError:
                time.sleep(0.005)
            finally:
                line.close()
            if not self.process.running or time.perf_counter() - began > 60:
                raise RuntimeError(f"{self.name} did not start:\n{self.process.tail()}")

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.stop()
            self.process = None

    def signed_in(self) -> dict[str, str]:
        """Return the headers of somebody in a browser."""
        if self.sign_in is not None and not self.page_headers:
            self.page_headers = self.sign_in(self)
        return self.page_headers

    def cpu(self) -> float:
        """Return the CPU seconds that it and its children have used."""
        return cpu_seconds(self._id)

    def serving_cpu(self) -> float:
        """Return the CPU seconds of the processes that serve: the index has one of its own."""
        return serving_cpu_seconds(self._id)

    def memory(self) -> float:
        """Return the megabytes that it and its children hold."""
        return pss_megabytes(self._id)

    def settle(self, seconds: float = 60.0) -> None:
        """Wait until the work that follows from posts is done and the server is quiet."""
        end = time.monotonic() + seconds
        while self.backlog() and time.monotonic() < end:
            time.sleep(0.2)
        before = self.cpu()
        while time.monotonic() < end:
            time.sleep(0.5)
            used, before = self.cpu() - before, self.cpu()
            if used <= 0.03:
                return

    @property
    def _id(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} does not run")
        return self.process.popen.pid


def application(data_dir: Path, seeded: Seeded, database_url: str = "") -> Target:
    """Return the application on a filled folder."""
    port = free_port()
    callers = [{"Authorization": f"Bearer {token}"} for token in seeded.tokens]
    database = data_dir / "enterprise-social.db"
    environment = {**settings(data_dir), "PORT": str(port), "BASE_URL": f"http://127.0.0.1:{port}"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    return Target(
        "application",
        [*program(), "serve", "--host", "127.0.0.1", "--port", str(port)],
        environment,
        port,
        data_dir.parent / "application.log",
        [f"/api/v1/channels/{channel_id}/posts" for channel_id in seeded.channel_ids],
        f"/channels/{seeded.slugs[0]}",
        lambda words: f"/api/v1/search?limit=20&q={quote(words)}",
        callers=callers,
        auths=[{"token": token} for token in seeded.tokens],
        sign_in=lambda target: _sign_in(target.port, seeded.email),
        backlog=lambda: _outbox(database),
    )


def bare(data_dir: Path) -> Target:
    """Return the bare application on a filled folder."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "-t", "60"]
    command += ["--threads", str(BARE_THREADS), "--worker-connections", str(BARE_THREADS + 500)]
    command += ["--keep-alive", "30", "-b", f"127.0.0.1:{port}", "tests.bench.bare:app"]
    return Target(
        "bare",
        command,
        {"BARE_DATA_DIR": str(data_dir)},
        port,
        data_dir.parent / "bare.log",
        [f"/posts/{channel}" for channel in range(1, 11)],
        "/channels/1",
        lambda words: f"/search?q={quote(words)}",
    )


def with_form(auths: list[dict[str, Any] | None], form: str) -> list[dict[str, Any] | None]:
    """Return the same sign-ins for clients of another form; the bare one has only one."""
    return [auth and {**auth, "format": form} for auth in auths]


def _sign_in(port: int, email: str) -> dict[str, str]:
    with requests.Session() as browser:
        page = browser.get(f"http://127.0.0.1:{port}/login", timeout=10)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        given = {"email": email, "password": PASSWORD}
        given["csrf_token"] = found[1] if found else ""
        answer = browser.post(
            f"http://127.0.0.1:{port}/login", data=given, timeout=10, allow_redirects=False
        )
        if answer.status_code not in (302, 303):
            raise RuntimeError(f"sign-in answered {answer.status_code}")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    return {"Cookie": cookies, "Accept": "text/html"}


def _outbox(database: Path) -> int:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        # What is for later, such as mails of what nobody has seen by then, doesn't count.
        due = "run_at <= datetime('now', '+2 seconds')"
        statement = f"SELECT count(*) FROM outbox_jobs WHERE failed_at IS NULL AND {due}"  # noqa: S608
        return int(connection.execute(statement).fetchone()[0])
    finally:
        connection.close()
