"""The console script: each command calls an action and explains a failure in one line."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from enterprise_social import __version__, create_app
from enterprise_social.accounts.cli import user_group
from enterprise_social.admin.actions import first_run
from enterprise_social.admin.cli import backup, doctor
from enterprise_social.config import DEFAULTS, ConfigError
from enterprise_social.core import settings
from enterprise_social.core.assets_command import assets_group
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError
from enterprise_social.core.migrating import bring_up_to_date, database_group
from enterprise_social.home.actions import demo_sign_ins, load_demo_workspace
from enterprise_social.home.generator.command import demo_command
from enterprise_social.integrations.cli import import_group
from enterprise_social.people.models import Person
from enterprise_social.records.audit_command import audit_group
from enterprise_social.records.export_command import export_command
from enterprise_social.search.cli import search_group
from enterprise_social.serving import Server

DEMO_ORGANISATION = "Northquay"


class Group(FlaskGroup):
    """The commands; what goes wrong becomes one line and exit status 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Flask's own options choose another application or its debugger: not for this script.
        self.params = [each for each in self.params if each.name == "version"]

    def _load_plugin_commands(self) -> None:
        """Leave out the commands that installed libraries would add."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        try:
            return super().main(*args, **kwargs)
        except (ConfigError, AppError) as error:
            _stop(getattr(error, "detail", str(error)))
        except SQLAlchemyError as error:
            _stop(f"the database (DATABASE_URL): {str(error).splitlines()[0]}")
        except OSError as error:
            _stop(str(error))


def _stop(line: str) -> None:
    click.echo(f"enterprise-social: {line}", err=True)
    sys.exit(1)


@click.group(
    cls=Group,
    create_app=create_app,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
)
@click.version_option(__version__, prog_name="enterprise-social")
def main() -> None:
    """Enterprise Social: the internal social network that a company runs itself."""


main.add_command(database_group)


@main.command()
@click.option("--host", help="The address to listen on; HOST otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), help="PORT otherwise.")
@click.option("--demo", is_flag=True, help="Load the demo workspace into an empty database.")
def serve(host: str | None, port: int | None, demo: bool) -> None:
    """Migrate, then serve pages, API, sockets and the background worker."""
    app = _app()
    where = host or app.config["HOST"]
    where_port = app.config["PORT"] if port is None else port
    check_free(where, where_port)
    bring_up_to_date()
    sign_ins = load_demo() if demo else []
    if sign_ins and app.config["ORGANISATION"] == DEFAULTS["ORGANISATION"]:
        app.config["ORGANISATION"] = DEMO_ORGANISATION
    setup = first_run.setup_key() if first_run.nobody_is_here() else ""
    db.session.remove()
    db.engine.dispose()

    def announce(actual_port: int) -> None:
        click.echo(f"Serving on http://{where}:{actual_port}")
        for line in sign_ins:
            click.echo(f"  {line}")
        if setup:
            click.echo("Nobody is here yet. Open this once to become the first admin:")
            click.echo(f"  http://{where}:{actual_port}/setup/{setup}")
        sys.stdout.flush()

    Server(app, where, where_port, announce=announce).run()


@main.command()
def worker() -> None:
    """Run the background worker alone."""
    app = _app()
    app.extensions["transport"].listen()
    settings.watch(app)
    background = app.extensions["worker"]

    def stop(_number: int, _frame: Any) -> None:
        # In a thread: this may interrupt the very lock that stopping needs.
        threading.Thread(target=background.stop).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    background.run()


def _app() -> Flask:
    info: ScriptInfo = click.get_current_context().ensure_object(ScriptInfo)
    return info.load_app()


def check_free(host: str, port: int) -> None:
    """Find out before anything else whether the address can be listened on. Raises ConfigError."""
    family, kind, protocol, _name, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise ConfigError(f"HOST, PORT: {host}:{port}: {error.strerror}") from error


def load_demo() -> list[str]:
    """Load the demo workspace where nobody is yet; return its sign-ins, a line each."""
    if not db.session.execute(select(func.count()).select_from(Person)).scalar_one():
        load_demo_workspace()
    return demo_sign_ins()


for command in (
    user_group,
    audit_group,
    import_group,
    export_command,
    search_group,
    assets_group,
    doctor,
    backup,
    demo_command,
):
    main.add_command(command)

if __name__ == "__main__":
    main()
