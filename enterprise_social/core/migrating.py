"""Migrations, without their library until they are needed: it is a tenth of a server's memory."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import click
from flask import Flask, g
from flask.cli import with_appcontext
from sqlalchemy import text

from enterprise_social.core.db import db

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class Migrations:
    """What Flask-Migrate looks for in the application; it takes its own place once it is asked."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        """Return what Flask-Migrate's own configuration holds."""
        from flask_migrate import Migrate

        Migrate(self._app, db, directory=str(MIGRATIONS))
        return getattr(self._app.extensions["migrate"], name)


class DatabaseCommands(click.Group):
    """Flask-Migrate's commands, loaded when somebody asks for one of them."""

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """The commands by their names."""
        from flask_migrate.cli import db as theirs

        found: MutableMapping[str, click.Command] = theirs.commands
        return found

    @commands.setter
    def commands(self, _none: object) -> None:
        """Take none: a group begins by setting what it was given."""


@click.group("db", cls=DatabaseCommands)
@click.option("-d", "--directory", help="Where the migrations are.")
@click.option("-x", "--x-arg", multiple=True, help="What the migrations are told.")
@with_appcontext
def database_group(directory: str | None, x_arg: tuple[str, ...]) -> None:
    """Perform database migrations."""
    # Where the library's own group would put them.
    g.directory, g.x_arg = directory, x_arg


def bring_up_to_date() -> None:
    """Bring the database's tables to this version; quick where they are."""
    if is_up_to_date():
        return
    from flask_migrate import upgrade

    upgrade(directory=str(MIGRATIONS))


def is_up_to_date() -> bool:
    """Tell whether the newest migration has run. They are named by their numbers."""
    if not db.inspect(db.engine).has_table("alembic_version"):
        return False
    found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    db.session.rollback()
    newest = max(
        path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")
    )
    return list(found) == [newest]


def register(app: Flask) -> None:
    """Let ``app`` be migrated."""
    app.extensions["migrate"] = Migrations(app)
