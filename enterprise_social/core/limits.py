"""Rate limits: by person where one is signed in, by address otherwise."""

from __future__ import annotations

from flask import Flask, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address


def who() -> str:
    """Name whoever makes this request, for counting."""
    person_id = g.get("user_id")
    return f"person:{person_id}" if person_id else f"address:{get_remote_address()}"


limiter = Limiter(key_func=who, headers_enabled=False, strategy="moving-window")

READS = "600/minute"
WRITES = "240/minute"
POSTS = "120/minute"
SIGN_INS = "30/minute"
MAILS = "10/hour"


def address() -> str:
    """Name the address that a request comes from."""
    return f"address:{get_remote_address()}"


def is_write() -> bool:
    """Tell whether this request may write."""
    return request.method not in ("GET", "HEAD", "OPTIONS")


def register(app: Flask) -> None:
    """Count in memory, or in Redis where several processes share it."""
    app.config.setdefault("RATELIMIT_ENABLED", app.config["RATE_LIMITS"] == "on")
    app.config.setdefault("RATELIMIT_STORAGE_URI", app.config["REDIS_URL"] or "memory://")
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", bool(app.config["REDIS_URL"]))
    # Only the first to see that Redis is gone turns to memory; who asked it at the same moment
    # would be answered 500.
    app.config.setdefault("RATELIMIT_SWALLOW_ERRORS", bool(app.config["REDIS_URL"]))
    limiter.init_app(app)
