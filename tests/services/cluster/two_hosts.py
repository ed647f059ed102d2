"""The set-up of docs/deploying.md on two hosts with a wire between them that can be cut.

Each has nginx, a web process and a worker; PostgreSQL and Redis are on the second.
"""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.services.certificates import certify
from tests.services.cluster import parts
from tests.services.cluster.guard import Guard
from tests.services.cluster.network import NETWORK, Host, TwoHosts
from tests.services.cluster.parts import Place
from tests.services.cluster.proxy import make_nginx
from tests.services.cluster.rendering import open_folder
from tests.services.cluster.service import Service, inherited
from tests.services.server import CHEAP_PASSWORDS, program

NGINX, WEB, POSTGRES, REDIS = 8080, 8001, 5432, 6379


class TwoHostCluster:
    """Started by ``with``; ``urls`` lead through each host's nginx, ``web_urls`` to its web
    process; ``env`` is for commands."""

    def __init__(self, folder: Path) -> None:
        """Prepare it; logs are in ``folder``."""
        self.folder = folder
        self.network = TwoHosts()
        self.url = f"http://{self.network.hosts[0].outside}:{NGINX}"
        self.urls = [f"http://{host.outside}:{NGINX}" for host in self.network.hosts]
        self.web_urls = [f"http://{host.outside}:{WEB}" for host in self.network.hosts]
        self.env: dict[str, str] = {}
        self._services: list[Service] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start everything and wait until it serves."""
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything and take the hosts away."""
        self.close()

    def close(self) -> list[int]:
        """Stop everything; returns the exit statuses."""
        for service in self._services:
            if service.role not in ("postgresql", "redis"):
                service.ask()
        statuses = [service.stop() for service in self._services]
        self._services = []
        self._stack.close()
        return statuses

    def _start(self) -> None:
        guard = Guard()
        self._stack.callback(guard.close)
        self._stack.enter_context(self.network)
        home = Path(tempfile.mkdtemp(prefix="es-cluster-"))
        guard.remove_later(home)
        home.chmod(0o755)
        first, second = self.network.hosts
        places = [self._place(host, home, guard) for host in (first, second)]
        data = places[1]
        postgres = parts.make_postgres(data, POSTGRES, network=f"{NETWORK}.0.0/16")
        redis = parts.make_redis(data, REDIS)
        self._services = [redis, postgres]
        for service in self._services:
            service.start()
        parts.make_database(data.home / "postgresql", POSTGRES)
        redis_url = f"redis://:{parts.REDIS_PASSWORD}@{second.wire}:{REDIS}/0"
        for place in places:
            # The same folder at both, as a network file system would have it.
            more = {**CHEAP_PASSWORDS, "DATA_DIR": str(self.folder / "data")}
            given = parts.write_environment(
                place, _database_url(second.wire), redis_url, self.url, more
            )
        # For us, who are on neither of them.
        self.env = {**inherited(), **given, "DATABASE_URL": _database_url(second.outside)}
        self.env["REDIS_URL"] = redis_url.replace(second.wire, second.outside)
        self._command("db", "upgrade")
        for host, place in zip((first, second), places, strict=True):
            self._command("assets", "build", str(place.home / "assets"))
            processes = [(other.wire, WEB) for other in (host, *{first, second} - {host})]
            nginx = make_nginx(place, NGINX, sorted(processes), tls=False)
            web, worker = parts.make_web(place, WEB), parts.make_worker(place, 1)
            # Before the services that they need, in the order of their stopping.
            self._services[:0] = [nginx, web, worker]
        started = self._services[:-2]
        for service in started:
            service.launch()
        for service in started:
            service.wait()

    def _place(self, host: Host, home: Path, guard: Guard) -> Place:
        here = open_folder(home / host.namespace)
        certify(open_folder(here / "tls"))
        folder = self.folder / host.namespace.rpartition("-")[2]
        folder.mkdir(parents=True)
        return Place(folder, here, guard, host.outside, "0.0.0.0", host.prefix)  # noqa: S104

    def _command(self, *arguments: str) -> None:
        done = subprocess.run(
            [*program(), *arguments], env=self.env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")


def _database_url(address: str) -> str:
    return f"postgresql+psycopg://{parts.NAME}:{parts.PASSWORD}@{address}:{POSTGRES}/{parts.NAME}"
