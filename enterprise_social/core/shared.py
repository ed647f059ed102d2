"""What several processes share: the Redis connection, and which set-ups go together."""

from __future__ import annotations

import socket
import sys
from typing import Any

from flask import Flask

from enterprise_social.config import ConfigError


def check_pairing(app: Flask) -> None:
    """Stop the start of gevent with SQLite, and of gevent that came too late.

    SQLite's busy wait blocks the whole process of cooperative threads until it fails; so does
    every lock that was made before gevent replaced the locks. Raises ConfigError.
    """
    if gevent_patched() and not _PATCHED_FIRST:
        raise ConfigError(
            "gunicorn: the program was loaded before gevent; use its settings by their path, "
            "-c enterprise_social/deploying.py, and no preloading"
        )
    if gevent_patched() and app.config["DATABASE_URL"].startswith("sqlite"):
        raise ConfigError("DATABASE_URL: gevent workers need PostgreSQL; SQLite would freeze them")


def gevent_patched() -> bool:
    """Tell whether this process runs on gevent's cooperative threads."""
    monkey = sys.modules.get("gevent.monkey")
    return bool(monkey and monkey.is_module_patched("socket"))


_PATCHED_FIRST = gevent_patched()


def _keepalive(url: str) -> dict[str, Any]:
    """Return options by which a silent connection is over after some ten seconds.

    Whoever only listens sends nothing that could be missed: without these it would listen to a
    cut wire for hours.
    """
    if url.startswith("unix"):
        return {}
    wanted = {"TCP_KEEPIDLE": 4, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}
    known = {getattr(socket, name): n for name, n in wanted.items() if hasattr(socket, name)}
    return {"socket_keepalive": True, "socket_keepalive_options": known}


def redis_client(app: Flask) -> Any | None:
    """Return the process's Redis client, or None where no Redis is set."""
    url = app.config["REDIS_URL"]
    if not url:
        return None
    if "redis" not in app.extensions:
        # Only where it is set: the library costs memory that the default set-up can do without.
        from redis import Redis

        app.extensions["redis"] = Redis.from_url(
            url,
            socket_timeout=5,
            socket_connect_timeout=2,
            health_check_interval=30,
            **_keepalive(url),
        )
    return app.extensions["redis"]
