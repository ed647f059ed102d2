"""Ends an application that lives in the test's own process: its threads, children, connections."""

from __future__ import annotations

from flask import Flask

from enterprise_social.core.db import db


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
