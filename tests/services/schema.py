"""Migrated, empty databases to copy: migrating for each test would take longer than the tests."""

from __future__ import annotations

from collections.abc import Mapping
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import text

from enterprise_social import create_app
from enterprise_social.core.db import db
from tests.services.postgres import Cluster

MIGRATIONS = Path(__file__).parents[2] / "migrations"
TEMPLATE = "template_enterprise_social"


def migrate(overrides: Mapping[str, Any]) -> None:
    """Bring the database that ``overrides`` name to the newest schema and let go of it."""
    app = create_app({"TESTING": True, "SECRET_KEY": "x" * 32, **overrides})
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()


def prepare_sqlite(folder: Path) -> Path:
    """Return a migrated SQLite file in ``folder``; the first call of a run makes it."""
    file = folder / "template" / "enterprise-social.db"
    with (folder / "sqlite.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not file.exists():
            part = folder / "template-part"
            migrate({"DATA_DIR": part})
            part.rename(file.parent)
    return file


def prepare_postgres(cluster: Cluster, folder: Path) -> None:
    """Make the database ``TEMPLATE`` in the cluster, once a run."""
    done = folder / "postgres-migrated"
    with (folder / "postgres-template.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not done.exists():
            cluster.drop(TEMPLATE)
            cluster.create(TEMPLATE)
            migrate({"DATA_DIR": folder / "postgres-data", "DATABASE_URL": cluster.url(TEMPLATE)})
            done.touch()
