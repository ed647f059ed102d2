"""The real ``enterprise-social serve`` as a process that tests may kill and start again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.services.prepared import Prepared
from tests.services.process import Process, free_port

ROOT = Path(__file__).parents[2]
CHEAP_PASSWORDS = {"PASSWORD_TIME_COST": "1", "PASSWORD_MEMORY_COST": "64"}
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")


def program() -> list[str]:
    """Return the console script's command, as it is installed beside this interpreter."""
    script = Path(sys.executable).parent / "enterprise-social"
    if script.exists():
        return [str(script)]
    return [sys.executable, "-c", "from enterprise_social.cli import main; main()"]


class LiveServer:
    """A server process with a data folder and a port that stay the same over restarts.

    It is the console script, or forked of an interpreter that has imported all, where ``prepared``
    is one.
    """

    prepared: ClassVar[Prepared | None] = None

    def __init__(self, data_dir: Path, env: Mapping[str, str] | None = None):
        """Prepare it; ``env`` adds to its environment or, by an empty value, leaves out."""
        self.data_dir = data_dir
        data_dir.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.parent / f"{data_dir.name}-server.log"
        self.env: dict[str, str] = {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            **CHEAP_PASSWORDS,
            "DATA_DIR": str(data_dir),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "BASE_URL": self.url,
            "RATE_LIMITS": "off",
            "SECRET_KEY": "only-for-the-tests-of-one-machine",
            "PYTHONUNBUFFERED": "1",
            **(env or {}),
        }
        self._process: Process | None = None
        self._last_answer = ""

    @property
    def process(self) -> Process:
        """The running process; raises RuntimeError where it was never started."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.running

    def start(self, *arguments: str, **env: str) -> LiveServer:
        """Start it and wait until it is ready; ``arguments`` go behind ``serve``."""
        self.env.update(env)
        asked = ["serve", "--host", "127.0.0.1", "--port", str(self.port), *arguments]
        forked = self.prepared.fork(asked, self.log, self.env) if self.prepared else None
        self._process = Process([*program(), *asked], self.log, self.env, popen=forked)
        try:
            self._process.wait_ready(self.ready, 60)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\nlast answer: {self._last_answer}") from None
        return self

    def ready(self) -> bool:
        """Tell whether it says of itself that it can serve."""
        try:
            with urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except HTTPError as error:
            self._last_answer = error.read().decode(errors="replace")
        except (URLError, OSError) as error:
            self._last_answer = str(error)
        return False

    def kill(self, *, children: bool = True) -> None:
        """End it at once with SIGKILL; ``children=False`` spares its child processes."""
        self.process.kill(group=children)

    def stop(self) -> int:
        """Ask it to end and return its exit code."""
        if self._process is None or not self._process.running:
            return 0
        return self._process.stop()

    def restart(self) -> None:
        """Stop it gracefully and start it again."""
        self.stop()
        self.start()

    def command(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the console script on the same data; ``text`` is its input."""
        return subprocess.run(
            [*program(), *arguments],
            env=self.env,
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def create_person(
        self, email: str, name: str, role: str = "employee", password: str = ""
    ) -> int:
        """Create someone by the command line and return the id."""
        done = self.command(
            *("user", "create", "--email", email, "--name", name, "--role", role),
            "--password-stdin",
            text=password or "correct horse battery",
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return int(done.stdout.split()[-1])
