"""Runs the migrations on the application's database."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text

from enterprise_social.core.db import UTCDateTime, db


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
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Two processes that start at once must not migrate twice (any fixed number will do).
            connection.execute(text("SELECT pg_advisory_xact_lock(7203185201)"))
        context.run_migrations()


with current_app.app_context():
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
    else:
        with db.engine.connect() as own:
            run(own)
