"""Short-lived shared facts: counters, presence, typing. In memory, or in Redis for processes."""

from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from typing import Any, Protocol

from flask import Flask, current_app

from enterprise_social.core.shared import redis_client


class Ephemeral(Protocol):
    """What forgets by itself; losing all of it costs nobody a message."""

    def get(self, key: str) -> Any | None:
        """Return what was put under ``key`` (JSON-like), or None."""

    def put(self, key: str, value: Any, seconds: float) -> None:
        """Keep ``value`` for ``seconds``."""

    def increment(self, key: str, seconds: float) -> int:
        """Count one up and return the count; the first one starts the time to live."""

    def delete(self, key: str) -> None:
        """Forget ``key``."""


class MemoryEphemeral:
    """A dictionary with expiry, for one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: dict[str, tuple[float, Any]] = {}
        self._sweep_at = 0.0

    def get(self, key: str) -> Any | None:
        """Return what was put under ``key``, or None."""
        with self._lock:
            found = self._facts.get(key)
            return found[1] if found and found[0] > time.monotonic() else None

    def put(self, key: str, value: Any, seconds: float) -> None:
        """Keep ``value`` for ``seconds``."""
        with self._lock:
            self._sweep()
            self._facts[key] = (time.monotonic() + seconds, value)

    def increment(self, key: str, seconds: float) -> int:
        """Count one up and return the count."""
        with self._lock:
            self._sweep()
            moment = time.monotonic()
            ends, count = self._facts.get(key, (0.0, 0))
            if ends <= moment:
                ends, count = moment + seconds, 0
            self._facts[key] = (ends, count + 1)
            return int(count) + 1

    def delete(self, key: str) -> None:
        """Forget ``key``."""
        with self._lock:
            self._facts.pop(key, None)

    def _sweep(self) -> None:
        moment = time.monotonic()
        if moment < self._sweep_at:
            return
        self._sweep_at = moment + 60
        for key in [key for key, (ends, _) in self._facts.items() if ends <= moment]:
            del self._facts[key]


class RedisEphemeral:
    """The same in Redis, shared by all processes; while Redis is away each keeps its own."""

    def __init__(self, client: Any) -> None:
        # Only where Redis is set: the library costs memory.
        from redis.exceptions import RedisError

        self._client = client
        self._outage = RedisError
        self._meanwhile = MemoryEphemeral()

    def get(self, key: str) -> Any | None:
        """Return what was put under ``key``, or None."""
        try:
            raw = self._client.get(f"es:{key}")
        except self._outage:
            return self._meanwhile.get(key)
        return None if raw is None else json.loads(raw)

    def put(self, key: str, value: Any, seconds: float) -> None:
        """Keep ``value`` for ``seconds``."""
        try:
            self._client.set(f"es:{key}", json.dumps(value), px=max(1, int(seconds * 1000)))
        except self._outage:
            self._meanwhile.put(key, value, seconds)

    def increment(self, key: str, seconds: float) -> int:
        """Count one up and return the count."""
        name = f"es:{key}"
        try:
            with self._client.pipeline() as pipe:
                pipe.set(name, 0, px=max(1, int(seconds * 1000)), nx=True)
                pipe.incr(name)
                return int(pipe.execute()[1])
        except self._outage:
            return self._meanwhile.increment(key, seconds)

    def delete(self, key: str) -> None:
        """Forget ``key``."""
        self._meanwhile.delete(key)
        with suppress(self._outage):
            self._client.delete(f"es:{key}")


def ephemeral() -> Ephemeral:
    """Return the current application's store."""
    store: Ephemeral = current_app.extensions["ephemeral"]
    return store


def register(app: Flask) -> None:
    """Choose the store of ``app``."""
    client = redis_client(app)
    app.extensions["ephemeral"] = RedisEphemeral(client) if client else MemoryEphemeral()
