"""Which engine holds the index, by the setting SEARCH_BACKEND."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import Engine

from enterprise_social.core.db import db
from enterprise_social.search.engine import SearchEngine


def engine() -> SearchEngine:
    """The application's search engine."""
    found: SearchEngine = current_app.extensions["search_engine"]
    return found


def register(app: Flask) -> None:
    """Make the engine that the settings name; nothing is opened or started yet."""
    app.extensions["search_engine"] = _make(app)


def _make(app: Flask) -> SearchEngine:
    # Only the one that is used is loaded: each costs memory.
    if app.config["SEARCH_BACKEND"] == "postgres":
        from enterprise_social.search.postgres_engine.backend import PostgresEngine

        def database() -> Engine:
            with app.app_context():
                return db.engine

        return PostgresEngine(database)
    from enterprise_social.search.whoosh_engine.backend import WhooshEngine

    return WhooshEngine(Path(app.config["DATA_DIR"]) / "index")
