"""``python -m tests.bench.connections``: what a connection costs, and what a change to all costs.

The application as in production (gevent, PostgreSQL, Redis) and beside it the bare one, a Flask-
SocketIO server on gevent that does nothing else. Some people, each with several connections, are
in one channel in which somebody posts; and in as many others as is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from enterprise_social import create_app
from enterprise_social.config import DEFAULTS
from enterprise_social.core.db import db
from tests.bench.processes import pss_megabytes, serving_cpu_seconds
from tests.bench.seed import many_posts, some_people
from tests.realtime.deployment import WebProcess
from tests.services.postgres import shared_cluster
from tests.services.process import Process, free_port
from tests.services.redis import RedisServer
from tests.services.server import ROOT, LiveServer

CONNECTIONS_A_PERSON = 10
CLIENTS_A_PROCESS = 1250
SETTLED_SECONDS = 2.0


@dataclass
class Served:
    """A server with its processes, and how to post so that all connected hear of it."""

    name: str
    ports: list[int]
    ids: list[int]
    auths: list[dict[str, Any] | None]
    post: Callable[[str], None]

    def cpu(self) -> float:
        """Return the CPU seconds of its web processes."""
        return sum(serving_cpu_seconds(each) for each in self.ids)

    def memory(self) -> float:
        """Return the megabytes of its web processes."""
        return sum(pss_megabytes(each) for each in self.ids)


def main() -> None:
    """Measure and print a line for each server and way."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.connections", description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--posts", type=int, default=20)
    parser.add_argument("--web", type=int, default=1)
    parser.add_argument("--channels", type=int, default=10)
    parser.add_argument("--deflate", choices=["off", "on", "both"], default="both")
    parser.add_argument("--only", choices=["application", "bare"])
    asked = parser.parse_args()
    offers = {"off": [False], "on": [True], "both": [False, True]}[asked.deflate]
    servers = {"application": application, "bare": bare}
    for name, serve in servers.items():
        for offered in offers:
            if asked.only in (None, name):
                ways = ["looking", "elsewhere"] if name == "application" else [""]
                place = tempfile.TemporaryDirectory(prefix="bench-")
                with place, serve(Path(place.name), asked) as served:
                    for way in ways:
                        print(json.dumps(measured(served, asked, offered, way)), flush=True)


def measured(served: Served, asked: argparse.Namespace, offered: bool, way: str) -> dict[str, Any]:
    """Connect, settle, post, and return the figures."""
    cpu, memory = served.cpu(), served.memory()
    began = time.perf_counter()
    auths = [auth and {**auth, **WAYS[way]} for auth in served.auths]
    processes = [
        _listeners(
            served.ports[n % len(served.ports)],
            auths,
            first,
            min(CLIENTS_A_PROCESS, asked.clients - first),
            offered,
        )
        for n, first in enumerate(range(0, asked.clients, CLIENTS_A_PROCESS))
    ]
    for process in processes:
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the clients could not connect")
    connected = time.perf_counter() - began
    time.sleep(SETTLED_SECONDS)
    connecting = served.cpu() - cpu
    held, cpu = served.memory() - memory, served.cpu()
    sent = {}
    for number in range(asked.posts):
        sent[number] = time.perf_counter()
        served.post(f"bench-mark-{number}- {'a word or two of what is said here ' * 8}")
        time.sleep(0.15)
    time.sleep(SETTLED_SECONDS)
    used = served.cpu() - cpu
    delays = sorted(delay for process in processes for delay in _delays(process, sent))
    count = max(1, len(delays))
    return {
        "server": served.name,
        "way": way,
        "deflate offered": offered,
        "clients": asked.clients,
        "s until all were connected": round(connected, 2),
        "CPU ms a connection": round(connecting / asked.clients * 1000, 2),
        "kB a connection": round(held * 1024 / asked.clients, 1),
        "kB a connection after": round((served.memory() - memory) * 1024 / asked.clients, 1),
        "CPU us a delivery": round(used / (asked.posts * asked.clients) * 1e6, 1),
        "received": f"{len(delays)}/{asked.posts * asked.clients}",
        "ms p50": round(delays[count // 2] * 1000, 1) if delays else None,
        "ms p99": round(delays[int(count * 0.99)] * 1000, 1) if delays else None,
    }


# Whether the page shows the channel: then it gets its HTML, otherwise that something changed.
WAYS: dict[str, dict[str, Any]] = {
    "looking": {"format": "html"},
    "elsewhere": {"format": "html", "shows": []},
    "": {},
}


@contextmanager
def application(folder: Path, asked: argparse.Namespace) -> Iterator[Served]:
    """Serve the application as in production, without nginx, on the same services."""
    name = f"connections_{os.getpid()}"
    postgres, redis = shared_cluster(folder), RedisServer(folder)
    postgres.create(name)
    given = {"DATABASE_URL": postgres.url(name), "REDIS_URL": redis.url}
    server = LiveServer(folder / "data", given)
    web: list[WebProcess] = []
    try:
        server.command("db", "upgrade")
        app = create_app({"TESTING": True, **_known(server.env)})
        with app.app_context():
            persons, tokens = some_people(max(2, asked.clients // CONNECTIONS_A_PERSON))
            channel_id = many_posts(asked.channels, asked.channels, persons)[0].id
            db.session.remove()
            db.engine.dispose()
        web += [WebProcess(server.env, folder / f"web-{n}.log") for n in range(asked.web)]
        for process in web:
            process.wait_ready()
        url = f"{web[0].url}/api/v1/channels/{channel_id}/posts"
        headers = {"Authorization": f"Bearer {tokens[0]}"}

        def post(body: str) -> None:
            requests.post(url, json={"body": body}, headers=headers, timeout=30).raise_for_status()

        auths: list[dict[str, Any] | None] = [{"token": token} for token in tokens]
        ids = [process.process.popen.pid for process in web]
        yield Served("application", [process.port for process in web], ids, auths, post)
    finally:
        for process in web:
            process.process.stop()
        redis.stop()
        postgres.drop(name)


@contextmanager
def bare(folder: Path, _asked: argparse.Namespace) -> Iterator[Served]:
    """Serve the bare application on gevent."""
    data, port = folder / "data", free_port()
    environment = {**os.environ, "BARE_DATA_DIR": str(data), "BARE_ASYNC_MODE": "gevent"}
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.bare", str(data), "10"],
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env={name: value for name, value in environment.items() if name != "BARE_DATA_DIR"},
    )
    assert made.returncode == 0
    command = [sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", "1", "-t", "60"]
    command += ["--worker-connections", "12000", "-b", f"127.0.0.1:{port}", "tests.bench.bare:app"]
    process = Process(command, folder / "bare.log", environment)
    process.wait_ready(lambda: _answers(f"http://127.0.0.1:{port}/healthz"), 30)

    def post(body: str) -> None:
        url = f"http://127.0.0.1:{port}/posts/1"
        requests.post(url, json={"body": body}, timeout=30).raise_for_status()

    try:
        yield Served("bare", [port], [process.popen.pid], [None], post)
    finally:
        process.stop()


def _known(settings: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name in DEFAULTS and value}


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _listeners(
    port: int, auths: list[dict[str, Any] | None], first: int, clients: int, offered: bool
) -> Any:
    plan = {"port": port, "auths": auths, "first": first, "clients": clients}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.listeners"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({**plan, "deflate": offered, "at_once": 32}) + "\n")
    process.stdin.flush()
    return process


def _delays(process: Any, sent: dict[int, float]) -> list[float]:
    answer, _none = process.communicate("end\n", timeout=60)
    receipts = json.loads(answer)["receipts"]
    return [
        moment - sent[int(number)] for number, moments in receipts.items() for moment in moments
    ]


if __name__ == "__main__":
    main()
