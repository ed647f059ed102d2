"""The services of a cluster, each made of its files under ``deploy/``."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
from psycopg import sql

from tests.services.cluster.guard import Guard
from tests.services.cluster.rendering import ROOT, read_environment, render
from tests.services.cluster.service import Service
from tests.services.cluster.units import read_unit
from tests.services.postgres import binaries
from tests.services.server import program

SUPERUSER = "postgres"
NAME = "enterprise_social"
PASSWORD = "change-me"
REDIS_PASSWORD = "change-me-too"
# As they stand in the environment file.
DATABASE_URL = f"postgresql+psycopg://{NAME}:{PASSWORD}@10.0.0.1:5432/{NAME}"
REDIS_URL = f"redis://:{REDIS_PASSWORD}@10.0.0.1:6379/0"
Ready = Callable[[], bool]


@dataclass
class Place:
    """Where services run: an address, folders, and what stands before a command to get there.

    ``home`` is for what other accounts than ours must be able to read, ``folder`` for the rest. We
    reach what runs there at ``address``; it listens at ``listen``.
    """

    folder: Path
    home: Path
    guard: Guard
    address: str = "127.0.0.1"
    listen: str = "127.0.0.1"
    prefix: Sequence[str] = field(default=())

    def etc(self, name: str) -> Path:
        """Return where a rendered file stands."""
        return self.home / "etc" / name


def reachable(address: str, port: int) -> Ready:
    """Return what tells whether something listens."""

    def ready() -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex((address, port)) == 0

    return ready


def answers(url: str) -> Ready:
    """Return what tells whether an address answers with 200."""

    def ready() -> bool:
        try:
            with urlopen(url, timeout=3) as answer:
                return bool(answer.status == 200)
        except (HTTPError, URLError, OSError):
            return False

    return ready


def program_folder() -> Path:
    """Return where PostgreSQL's programs are. Raises RuntimeError where it isn't installed."""
    found = binaries()
    if found is None:
        raise RuntimeError("no initdb found")
    return found


def make_postgres(
    place: Place,
    port: int,
    *,
    network: str = "127.0.0.2/32",
    memory: str = "256MB",
    backups: Path | None = None,
) -> Service:
    """Make a new PostgreSQL with the settings of ``deploy/postgresql``.

    ``network`` is from where it may be asked, beside its own host; ``backups`` is where its changes
    are archived, if they are.
    """
    programs = program_folder()
    home = place.home / "postgresql"
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(home, SUPERUSER, SUPERUSER)
    data = home / "data"
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "trust"]
    initdb += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    user = {"user": SUPERUSER, "group": SUPERUSER} if os.geteuid() == 0 else {}
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=home, **user)  # type: ignore[call-overload]
    settings = render(
        "postgresql/enterprise-social.conf",
        place.etc("postgresql/enterprise-social.conf"),
        {"shared_buffers = 4GB": f"shared_buffers = {memory}"},
    )
    render(
        "postgresql/pg_hba.conf",
        place.etc("postgresql/pg_hba.conf"),
        # On one machine nobody listens in, and it is us who make the database.
        {"hostssl": "host   ", "10.0.0.0/24": network, "peer": "trust"},
    )
    with (data / "postgresql.conf").open("a") as main:
        main.write(f"include '{settings}'\n")
        if backups is not None:
            changes = {"/var/backups/postgresql": str(backups)}
            target = place.etc("postgresql/archiving.conf")
            main.write(f"include '{render('postgresql/archiving.conf', target, changes)}'\n")
    return postgres_on(place, data, port)


def postgres_on(place: Place, data: Path, port: int) -> Service:
    """Return the PostgreSQL of a data folder."""
    programs, home = program_folder(), data.parent
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
    command += ["-c", f"listen_addresses={place.listen}", "-c", f"unix_socket_directories={home}"]
    command += ["-c", f"hba_file={place.etc('postgresql/pg_hba.conf')}"]

    def ready() -> bool:
        try:
            admin_connection(home, port).close()
        except psycopg.OperationalError:
            return False
        return True

    return Service(
        "postgresql",
        command,
        place.folder / "postgresql.log",
        place.guard,
        ready,
        folder=home,
        user=SUPERUSER,
        stop_signal=2,  # SIGINT: the 'fast' stop, which Debian's unit uses too
        prefix=place.prefix,
    )


def admin_address(home: Path, port: int) -> str:
    """Return how the superuser connects, by the socket in ``home``."""
    return f"host={home} port={port} user={SUPERUSER} dbname=postgres connect_timeout=5"


def admin_connection(home: Path, port: int) -> psycopg.Connection:
    """Connect as the superuser."""
    return psycopg.connect(admin_address(home, port), autocommit=True)


def make_database(home: Path, port: int) -> None:
    """Make the role and its database as docs/deploying.md says."""
    with admin_connection(home, port) as connection:
        name, password = sql.Identifier(NAME), sql.Literal(PASSWORD)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, password))
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 LOCALE 'C.UTF-8'").format(
                name, name
            )
        )


def make_redis(place: Place, port: int) -> Service:
    """Make a Redis with the settings of ``deploy/redis``."""
    settings = render(
        "redis/enterprise-social.conf",
        place.etc("redis.conf"),
        {"bind 127.0.0.1 10.0.0.1": f"bind {place.listen}", "port 6379": f"port {port}"},
    )
    command = ["redis-server", str(settings), "--dir", str(place.folder)]
    return Service(
        "redis",
        command,
        place.folder / "redis.log",
        place.guard,
        reachable(place.address, port),
        prefix=place.prefix,
    )


def write_environment(
    place: Place, database_url: str, redis_url: str, base_url: str, more: Mapping[str, str]
) -> dict[str, str]:
    """Write the environment file of ``deploy/`` with ``more`` at its end; return what is set."""
    changes = {
        DATABASE_URL: database_url,
        REDIS_URL: redis_url,
        "SECRET_KEY=": "SECRET_KEY=only-for-the-tests-of-one-machine",
        "https://social.example.org": base_url,
        "HOST=127.0.0.1": f"HOST={place.listen}",
        "/var/lib/enterprise-social": str(place.folder / "data"),
        "SMTP_URL=smtp://mail.example.org:25": "SMTP_URL=",
    }
    file = render("environment.example", place.etc("environment"), changes)
    with file.open("a") as lines:
        lines.writelines(f"{name}={value}\n" for name, value in more.items())
    given = read_environment(file.read_text())
    return {name: value for name, value in given.items() if value}


def _unit(place: Place, name: str, instance: str) -> Path:
    changes = {
        # The folder of the programs before the folder that it is in.
        "/opt/enterprise-social/.venv/bin/": f"{Path(program()[0]).parent}/",
        "/opt/enterprise-social": str(ROOT),
        "/etc/enterprise-social/environment": str(place.etc("environment")),
    }
    return render(f"systemd/{name}@.service", place.etc(f"{name}@{instance}.service"), changes)


def make_web(place: Place, port: int) -> Service:
    """Make a web process from its unit."""
    unit = read_unit(_unit(place, "enterprise-social", str(port)), str(port))
    return Service(
        "web",
        unit.command,
        place.folder / f"web-{port}.log",
        place.guard,
        answers(f"http://{place.address}:{port}/readyz"),
        environment=unit.environment,
        folder=unit.folder,
        stop_signal=unit.stop_signal,
        stop_seconds=unit.stop_seconds,
        open_files=unit.open_files,
        prefix=place.prefix,
    )


def make_worker(place: Place, number: int) -> Service:
    """Make a worker from its unit."""
    unit = read_unit(_unit(place, "enterprise-social-worker", str(number)), str(number))
    return Service(
        "worker",
        unit.command,
        place.folder / f"worker-{number}.log",
        place.guard,
        lambda: True,
        environment=unit.environment,
        folder=unit.folder,
        stop_signal=unit.stop_signal,
        stop_seconds=unit.stop_seconds,
        open_files=unit.open_files,
        prefix=place.prefix,
    )
