"""One PostgreSQL cluster a test run, shared by its workers, in a folder of its own.

The first worker that needs it starts a keeper process; the keeper ends the cluster and removes its
folder as soon as the run's main process is gone, however that ended.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from fcntl import LOCK_EX, flock
from pathlib import Path

import psycopg
from psycopg import sql

from tests.services.process import free_port, until

SUPERUSER = "postgres"
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "max_wal_size": "128MB",
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


def binaries() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``, the newest version first; or None."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True
    )
    found = shutil.which("initdb")
    if found:
        places.append(Path(found).resolve().parent)
    return next((place for place in places if (place / "initdb").exists()), None)


class Cluster:
    """A running cluster: how to reach it and how to make databases in it."""

    def __init__(self, port: int) -> None:
        """Reach the cluster on ``port``, once something is wanted of it."""
        self.port = port
        self._admin: psycopg.Connection | None = None

    def url(self, database: str) -> str:
        """Return the address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def _connection(self) -> psycopg.Connection:
        # One for all the run: the server starts a process for each.
        if self._admin is None or self._admin.closed:
            address = f"host=127.0.0.1 port={self.port} user={SUPERUSER} dbname=postgres"
            self._admin = psycopg.connect(address, autocommit=True)
        return self._admin

    def _run(self, statement: sql.Composed) -> None:
        try:
            self._connection().execute(statement)
        except psycopg.OperationalError:
            # Thrown out by a test: the next connection tells whether the server is still there.
            self.close()
            self._connection().execute(statement)

    def create(self, name: str, template: str = "template0") -> None:
        """Make a database as a copy of another that nobody uses at the moment."""
        # Copying the files is twice as quick as writing them through the log.
        copying = "STRATEGY FILE_COPY" if self._connection().info.server_version >= 150000 else ""
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.SQL(copying)
            )
        )

    def drop(self, name: str) -> None:
        """Remove a database and throw out whoever is connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """Let go of the cluster; it runs on."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None


def shared_cluster(folder: Path) -> Cluster:
    """Return the run's cluster and start it where this is the first call.

    ``folder`` is common to the run's workers. Raises RuntimeError where it doesn't start.
    """
    facts = folder / "postgres.json"
    with (folder / "postgres.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not facts.exists():
            _start_keeper(facts)
    return Cluster(json.loads(facts.read_text())["port"])


def _start_keeper(facts: Path) -> None:
    owner = os.environ.get("TEST_RUN_PID", str(os.getpid()))
    log = facts.with_suffix(".log")
    with log.open("wb") as output:
        started = subprocess.run(
            [sys.executable, "-m", "tests.services.postgres", owner, str(facts)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=90,
            check=False,
        )
    if started.returncode:
        raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def detach(owner: int, facts: Path) -> None:
    """Leave a keeper running that is nobody's child; return once the cluster serves."""
    keeper = os.fork()
    if keeper == 0:
        os.setsid()
        keep(owner, facts)
        os._exit(0)

    def ready() -> bool:
        if os.waitpid(keeper, os.WNOHANG) != (0, 0):
            raise RuntimeError("the keeper ended")
        return facts.exists()

    until(ready, 60, "PostgreSQL")


def _as_server(command: list[str]) -> list[str]:
    # The server refuses to run as root.
    if os.geteuid() == 0:
        return ["runuser", "-u", SUPERUSER, "--", *command]
    return command


def keep(owner: int, facts: Path) -> None:
    """Run a cluster until the process ``owner`` is gone."""
    programs = binaries()
    if programs is None:
        raise RuntimeError("no initdb found")
    home = Path(tempfile.mkdtemp(prefix="es-postgres-"))
    home.chmod(0o700)
    if os.geteuid() == 0:
        entry = pwd.getpwnam(SUPERUSER)
        os.chown(home, entry.pw_uid, entry.pw_gid)
    server = None
    try:
        data = home / "data"
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "trust"]
        initdb += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        subprocess.run(_as_server(initdb), check=True, stdout=subprocess.DEVNULL, cwd=home)
        port = free_port()
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}"]
        for name, value in FAST.items():
            command += ["-c", f"{name}={value}"]
        server = subprocess.Popen(_as_server(command), cwd=home)
        until(lambda: _answers(port), 30, "PostgreSQL answers")
        part = facts.with_suffix(".part")
        part.write_text(json.dumps({"port": port, "keeper": os.getpid()}))
        part.rename(facts)
        while _alive(owner) and server.poll() is None:
            time.sleep(0.3)
    finally:
        if server is not None:
            _stop(server, home / "data")
        shutil.rmtree(home, ignore_errors=True)


def _stop(server: subprocess.Popen[bytes], data: Path) -> None:
    # The postmaster's own pid: runuser stands between it and us.
    try:
        postmaster = int((data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGQUIT)
    except (OSError, ValueError, IndexError):
        server.terminate()
    server.wait(10)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(
            f"host=127.0.0.1 port={port} user={SUPERUSER} dbname=postgres", connect_timeout=2
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    detach(int(sys.argv[1]), Path(sys.argv[2]))
