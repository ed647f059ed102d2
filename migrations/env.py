"""Runs the migrations on the application's database."""

from __future__ import annotations

import time

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from enterprise_social.core.db import UTCDateTime, db

# Key of an advisory lock; any fixed number will do.
ONE_MIGRATES = 7_203_185_201
LONGEST_LOCK_WAIT = "1s"
PAUSE_SECONDS = 1.0
MOST_ATTEMPTS = 60
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's documentation, appendix A


def render(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as what it is in the database: migrations import no application."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Run what is missing, in one transaction a migration where the database can."""
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        compare_type=True,
        render_item=render,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
    )
    if connection.dialect.name == "postgresql":
        run_beside_others(connection)
        return
    with context.begin_transaction():
        context.run_migrations()


def run_beside_others(connection: Connection) -> None:
    """Run them on PostgreSQL while others work.

    One process at a time. Whoever waits for a lock on a table makes all others queue behind, so
    it is waited for a short time only, and then tried again.
    """
    # Asked again and again, and not waited for: an index is made concurrently only once no older
    # transaction is left, and one that waits is such a one.
    while not connection.execute(text(f"SELECT pg_try_advisory_lock({ONE_MIGRATES})")).scalar():
        connection.rollback()
        time.sleep(0.2)
    connection.execute(text(f"SET lock_timeout = '{LONGEST_LOCK_WAIT}'"))
    connection.commit()
    try:
        for attempt in range(MOST_ATTEMPTS):
            try:
                with context.begin_transaction():
                    context.run_migrations()
                return
            except OperationalError as error:
                connection.rollback()
                locked = getattr(error.orig, "sqlstate", "") == LOCK_NOT_AVAILABLE
                if not locked or attempt + 1 == MOST_ATTEMPTS:
                    raise
                time.sleep(PAUSE_SECONDS)
    finally:
        connection.rollback()
        connection.execute(text("SET lock_timeout = DEFAULT"))
        connection.execute(text(f"SELECT pg_advisory_unlock({ONE_MIGRATES})"))
        connection.commit()


with current_app.app_context():
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
    else:
        with db.engine.connect() as own:
            run(own)
