"""A Redis server on a free port that keeps nothing on disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import redis

from tests.services.process import Process, free_port


def available() -> bool:
    """Tell whether a Redis server is installed."""
    return shutil.which("redis-server") is not None


class RedisServer:
    """The server; ``url`` is its address."""

    def __init__(self, folder: Path, port: int | None = None):
        """Start it on ``port``, a free one by default; ``folder`` takes its log."""
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
        self._process = Process(command, folder / "redis.log")
        self._process.wait_ready(self._answers, 20)

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port, socket_connect_timeout=1) as connection:
                return bool(connection.ping())
        except redis.RedisError:
            return False

    def empty(self) -> None:
        """Forget everything in it."""
        with redis.Redis(port=self.port) as connection:
            connection.flushall()

    def stop(self) -> None:
        """End it."""
        self._process.kill()
