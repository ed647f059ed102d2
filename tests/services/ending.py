"""Ends an application that lives in the test's own process: its threads, children, connections."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import event

from enterprise_social.core.db import db


def keep_connections(app: Flask) -> None:
    """Remember the application's database connections, for ``let_go``."""
    opened: list[Any] = []
    app.extensions["opened_connections"] = opened
    with app.app_context():
        event.listen(db.engine, "connect", lambda connection, _record: opened.append(connection))


def let_go(app: Flask) -> None:
    """Deliver what is queued, then stop everything that would outlive the test."""
    parts = app.extensions
    if "worker" in parts:
        parts["worker"].stop()
    if "presence" in parts:
        parts["presence"].close()
    parts["live"].close()
    looking = getattr(parts.get("readiness"), "_looking", None)
    if looking is not None:
        looking.join(5)
    with app.app_context():
        if "search_engine" in parts:
            parts["search_engine"].close()
        db.session.remove()
        db.engine.dispose()
    # What a thread gave back only now went to a pool that nobody empties any more.
    for connection in parts.get("opened_connections", ()):
        connection.close()
