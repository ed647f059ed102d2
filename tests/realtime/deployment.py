"""Several server processes with one PostgreSQL and one Redis, as in production."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.services.process import Process, free_port
from tests.services.server import ROOT, LiveServer, program


class WebProcess:
    """One gunicorn with a gevent worker; ``url`` is its address."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "gunicorn", "--chdir", str(ROOT)]
        command += ["-c", str(ROOT / "enterprise_social" / "deploying.py")]
        command += ["--bind", f"127.0.0.1:{self.port}", "wsgi:app"]
        self.process = Process(command, log, env)

    def wait_ready(self) -> None:
        """Wait until it says that it can serve."""
        self.process.wait_ready(self._ready, 60)

    def _ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (HTTPError, URLError, OSError):
            return False


class Deployment:
    """Two web processes and a worker on the data of ``server``, which itself is not started."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        folder = server.data_dir.parent
        self.first = WebProcess(server.env, folder / "first.log")
        self.second = WebProcess(server.env, folder / "second.log")
        self.worker = Process([*program(), "worker"], folder / "worker.log", server.env)
        for web in (self.first, self.second):
            web.wait_ready()

    def stop(self) -> list[int]:
        """Ask all to end; returns their exit codes."""
        return [p.stop() for p in (self.first.process, self.second.process, self.worker)]

    def logs(self) -> str:
        """Return what all of them wrote."""
        processes = (self.first.process, self.second.process, self.worker)
        return "\n".join(process.log.read_text() for process in processes)
