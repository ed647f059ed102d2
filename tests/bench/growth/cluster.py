"""A PostgreSQL cluster whose data stays between runs, set as a small server would be."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.postgres import SUPERUSER, Cluster, binaries
from tests.services.process import free_port, until

SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "100",
    "max_connections": "100",
    "jit": "off",
}


@contextmanager
def kept_cluster(folder: Path) -> Iterator[Cluster]:
    """Start the cluster in ``folder``, which is made where it isn't there, and stop it at the end.

    Raises RuntimeError where there is no PostgreSQL, or it doesn't start.
    """
    programs = binaries()
    if programs is None:
        raise RuntimeError("PostgreSQL is missing here")
    folder.mkdir(parents=True, exist_ok=True)
    data, log = folder / "data", folder / "postgresql.log"
    if os.geteuid() == 0:
        # The server refuses to run as root, and must get to its folder.
        entry = pwd.getpwnam(SUPERUSER)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)
        made = [str(programs / "initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "trust"]
        made += ["-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"]
        subprocess.run(_as_server(made), check=True, stdout=subprocess.DEVNULL, cwd=folder)
    port = free_port()
    options = [f"-c {name}={value}" for name, value in SETTINGS.items()]
    options += [f"-p {port}", "-c listen_addresses=127.0.0.1", f"-k {folder}"]
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "120"]
    stopped = [*control, "-m", "fast", "stop"]
    if (data / "postmaster.pid").exists():
        # Left behind by a run that was killed.
        subprocess.run(_as_server(stopped), stdout=subprocess.DEVNULL, cwd=folder, check=False)
    started = [*control, "-l", str(log), "-o", " ".join(options), "start"]
    done = subprocess.run(_as_server(started), stdout=subprocess.DEVNULL, cwd=folder, check=False)
    if done.returncode:
        raise RuntimeError(f"PostgreSQL did not start; see {log}")
    cluster = Cluster(port)
    try:
        yield cluster
    finally:
        cluster.close()
        subprocess.run(_as_server(stopped), stdout=subprocess.DEVNULL, cwd=folder, check=False)
        until(lambda: not (data / "postmaster.pid").exists(), 60, "PostgreSQL stops")


def _as_server(command: list[str]) -> list[str]:
    if os.geteuid() == 0:
        return ["runuser", "-u", SUPERUSER, "--", *command]
    return command
