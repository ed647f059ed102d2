"""The servers that the load is put on: the whole of the production set-up, or the default process.

Both have the interface of ``tests.services.cluster.Cluster``: ``url``, ``environment``,
``processes()``, ``kill``, ``stop``, ``start``, ``restart``.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.processes import tree
from tests.services.server import LiveServer

SECRET_KEY = "only-for-measuring-on-one-machine"
ALWAYS = {"SECRET_KEY": SECRET_KEY, "LOG_LEVEL": "WARNING"}


class Default:
    """The default set-up: one process, SQLite, Whoosh."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.server = LiveServer(folder / "data", {**ALWAYS, **environment})
        self.url = self.server.url
        self.environment: dict[str, str] = self.server.env

    def __enter__(self) -> Default:
        self.server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.stop()

    def processes(self) -> dict[str, list[int]]:
        """Return the ids of its processes by what they are for."""
        return {"web": tree(self.server.process.popen.pid) if self.server.running else []}

    def kill(self, role: str, index: int = 0, signal: int = signal.SIGKILL) -> None:
        """End it at once."""
        self.server.process.signal(signal)
        self.server.process.popen.wait(10)

    def start(self, role: str, index: int = 0) -> None:
        """Start it again."""
        self.server.start()

    def stop(self, role: str, index: int = 0) -> None:
        """Ask it to end."""
        self.server.stop()

    def restart(self, role: str, index: int = 0) -> None:
        """Stop and start it."""
        self.server.restart()


@contextmanager
def servers(
    kind: str,
    folder: Path,
    *,
    web: int = 2,
    workers: int = 2,
    tls: bool = False,
    **environment: str,
) -> Iterator[Any]:
    """Run servers of a kind: ``cluster`` or ``default``."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "default":
        with Default(folder, environment) as one:
            yield one
        return
    from tests.services.cluster import Cluster

    settings = {"LOG_LEVEL": "WARNING", **environment}
    sizes = {"web": web, "workers": workers}
    with Cluster(folder, **sizes, tls=tls, environment=settings) as found:
        yield found


def database_environment(running: Any) -> dict[str, str]:
    """Return what an application beside it needs to reach the same data."""
    return dict(running.environment if isinstance(running, Default) else running.env)
