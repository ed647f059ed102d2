"""``Cluster``: the production set-up on loopback, as a context manager."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.services.certificates import certify
from tests.services.cluster import parts
from tests.services.cluster.guard import Guard
from tests.services.cluster.parts import Place
from tests.services.cluster.proxy import make_nginx
from tests.services.cluster.service import Service, inherited
from tests.services.process import free_port
from tests.services.server import program

ROLES = ("nginx", "web", "worker", "postgresql", "redis")


class Cluster:
    """The services, started by ``with`` and stopped at its end.

    ``url`` leads through nginx, ``web_urls`` to the web processes themselves; ``env`` is the
    environment of the processes, for commands on the same data. Logs are in ``folder``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        web: int = 2,
        workers: int = 2,
        environment: Mapping[str, str] | None = None,
        tls: bool = False,
        port: int = 0,
        memory: str = "256MB",
    ) -> None:
        """Prepare it.

        ``environment`` adds settings, ``port`` is nginx's, a free one by default, and ``memory``
        PostgreSQL's shared_buffers.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._more = dict(environment or {})
        self._tls, self._memory, self._workers = tls, memory, workers
        self._ports = [free_port() for _ in range(web)]
        self._nginx_port = port or free_port()
        self._postgres_port, self._redis_port = free_port(), free_port()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._nginx_port}"
        self.web_urls = [f"http://127.0.0.1:{port}" for port in self._ports]
        self.database_url = (
            f"postgresql+psycopg://{parts.NAME}:{parts.PASSWORD}"
            f"@127.0.0.1:{self._postgres_port}/{parts.NAME}"
        )
        self.redis_url = f"redis://:{parts.REDIS_PASSWORD}@127.0.0.1:{self._redis_port}/0"
        self.admin_address = ""  # of PostgreSQL, for its superuser, by its socket
        self.env: dict[str, str] = {}
        self._services: dict[str, list[Service]] = {role: [] for role in ROLES}
        self._guard: Guard | None = None

    def __enter__(self) -> Self:
        """Start everything and wait until it serves."""
        self._guard = Guard()
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
        """Stop everything."""
        self.close()

    def close(self) -> dict[str, list[int]]:
        """Stop everything in order; returns the exit statuses by role. A second time: nothing."""
        statuses: dict[str, list[int]] = {}
        # Web processes and workers at once, before what they need.
        for roles in (("nginx",), ("web", "worker"), ("postgresql", "redis")):
            asked = [(role, service) for role in roles for service in self._services[role]]
            for _role, service in asked:
                service.ask()
            for role, service in asked:
                statuses.setdefault(role, []).append(service.stop())
        self._services = {role: [] for role in ROLES}
        if self._guard is not None:
            self._guard.close()
            self._guard = None
        return statuses

    def processes(self) -> dict[str, list[int]]:
        """Return the processes of each role: of each service the first, then all below it."""
        return {
            role: [pid for service in services for pid in service.pids()]
            for role, services in self._services.items()
        }

    def service(self, role: str, index: int = 0) -> Service:
        """Return one service."""
        return self._services[role][index]

    def kill(self, role: str, index: int = 0, signal: int = 9) -> None:
        """Send a signal to a service and all below it; it is not started again by itself."""
        self.service(role, index).kill(signal)

    def start(self, role: str, index: int = 0) -> None:
        """Start a service that was killed or stopped, and wait until it serves."""
        self.service(role, index).start()

    def stop(self, role: str, index: int = 0) -> int:
        """Stop a service as its unit does; returns its exit status."""
        return self.service(role, index).stop()

    def restart(self, role: str, index: int = 0) -> None:
        """Stop a service and start it again."""
        self.stop(role, index)
        self.start(role, index)

    def command(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the console script on the same data; ``text`` is its input."""
        return subprocess.run(
            [*program(), *arguments],
            env=self.env,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # Ctrl-C is for whoever runs the cluster
        )

    def logs(self) -> str:
        """Return what web processes and workers wrote."""
        files = sorted([*self.folder.glob("web-*.log"), *self.folder.glob("worker-*.log")])
        return "\n".join(file.read_text(errors="replace") for file in files)

    def _start(self) -> None:
        assert self._guard is not None
        # Not in our folder: nginx and PostgreSQL run as others, who may not look into it.
        home = Path(tempfile.mkdtemp(prefix="es-cluster-"))
        self._guard.remove_later(home)
        home.chmod(0o755)
        place = Place(self.folder, home, self._guard)
        postgres = parts.make_postgres(place, self._postgres_port, memory=self._memory)
        redis = parts.make_redis(place, self._redis_port)
        self._services.update(postgresql=[postgres], redis=[redis])
        for service in (postgres, redis):
            service.launch()
        self._prepare(place)
        # Beside what else has to be waited for.
        build = [*program(), "assets", "build", str(home / "assets")]
        building = subprocess.Popen(
            build, env=self.env, stdout=subprocess.DEVNULL, start_new_session=True
        )
        for service in (postgres, redis):
            service.wait()
        parts.make_database(home / "postgresql", self._postgres_port)
        self.admin_address = parts.admin_address(home / "postgresql", self._postgres_port)
        self._done("db", "upgrade")
        if building.wait():
            raise RuntimeError("assets build failed")
        self._services["web"] = [parts.make_web(place, port) for port in self._ports]
        self._services["worker"] = [
            parts.make_worker(place, number + 1) for number in range(self._workers)
        ]
        addresses = [("127.0.0.1", port) for port in self._ports]
        nginx = make_nginx(place, self._nginx_port, addresses, tls=self._tls)
        self._services["nginx"] = [nginx]
        started = [
            service for role in ("web", "worker", "nginx") for service in self._services[role]
        ]
        for service in started:
            service.launch()
        for service in started:
            service.wait()

    def _prepare(self, place: Place) -> None:
        tls = place.home / "tls"
        tls.mkdir()
        certify(tls)
        given = parts.write_environment(
            place, self.database_url, self.redis_url, self.url, self._more
        )
        self.env = {**inherited(), **given}

    def _done(self, *arguments: str) -> None:
        done = self.command(*arguments)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr}")
