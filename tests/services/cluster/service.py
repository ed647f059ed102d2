"""One service of a cluster: a process that is started, asked to stop, killed, started again."""

from __future__ import annotations

import contextlib
import os
import resource
import signal as signals
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.services.cluster.guard import Guard


class Service:
    """A command that may be started again and again; ``role`` and ``log`` say which."""

    def __init__(
        self,
        role: str,
        command: Sequence[str],
        log: Path,
        guard: Guard,
        ready: Callable[[], bool],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: str | None = None,
        stop_signal: int = signals.SIGTERM,
        stop_seconds: float = 20,
        open_files: int = 0,
        prefix: Sequence[str] = (),
    ) -> None:
        """Prepare it; ``user`` runs it where we are root, ``prefix`` stands before the command."""
        self.role, self.log = role, log
        user = user if os.geteuid() == 0 else None
        # Only root gets through what stands before it: then the account is changed behind that.
        by_command = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--")
        self.command = [*prefix, *(by_command if prefix and user else ()), *command]
        self._guard, self._ready = guard, ready
        self._environment = dict(environment or {})
        self._folder, self._user = folder, None if prefix else user
        self._stop_signal, self._stop_seconds = stop_signal, stop_seconds
        self._open_files = open_files
        self._popen: subprocess.Popen[bytes] | None = None
        self._asked = False

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._popen is not None and self._popen.poll() is None

    def pids(self) -> list[int]:
        """Return its process and all below it, itself first; empty where it doesn't run."""
        return _tree(self._popen.pid) if self._popen is not None and self.running else []

    def launch(self) -> None:
        """Start it without waiting."""
        if self.running:
            raise RuntimeError(f"{self.role} runs already")
        user = {"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**inherited(), **self._environment},
                cwd=self._folder,
                start_new_session=True,
                **user,  # type: ignore[call-overload]
            )
        self._guard.watch(self._popen.pid)
        self._asked = False
        if self._open_files and hasattr(resource, "prlimit"):
            _soft, hard = resource.prlimit(self._popen.pid, resource.RLIMIT_NOFILE)
            allowed = min(self._open_files, hard) if hard > 0 else self._open_files
            resource.prlimit(self._popen.pid, resource.RLIMIT_NOFILE, (allowed, hard))

    def wait(self, seconds: float = 90) -> None:
        """Wait until it serves; raises RuntimeError with the end of its log where it doesn't."""
        end = time.monotonic() + seconds
        while not self._ready():
            if not self.running or time.monotonic() > end:
                what = "not ready" if self.running else f"ended with {self._status()}"
                raise RuntimeError(f"{self.role}: {what}\n{self.tail()}")
            time.sleep(0.02)

    def start(self) -> None:
        """Start it and wait until it serves."""
        self.launch()
        self.wait()

    def ask(self) -> None:
        """Ask it to end as its unit does, without waiting."""
        if self._popen is not None and self.running and not self._asked:
            self._asked = True
            os.kill(self._popen.pid, self._stop_signal)

    def stop(self) -> int:
        """Ask it to end, wait, and return its status; what is left is killed."""
        if self._popen is None:
            return 0
        if self.running:
            self.ask()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(self._stop_seconds)
        self._end_group()
        return self._status()

    def kill(self, number: int = signals.SIGKILL) -> None:
        """Send a signal to it and all below it; where that ends it, wait for the end."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if number == signals.SIGKILL:
            self._end_group()

    def tail(self, lines: int = 30) -> str:
        """Return the last lines of its output."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _end_group(self) -> None:
        if self._popen is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signals.SIGKILL)
        self._popen.wait(20)
        self._guard.forget(self._popen.pid)

    def _status(self) -> int:
        return self._popen.returncode if self._popen is not None else 0


def inherited() -> dict[str, str]:
    """Return what a command needs of our own environment."""
    names = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START")
    return {name: os.environ[name] for name in names if name in os.environ}


def _tree(root: int) -> list[int]:
    """Return a process and all below it, from /proc; elsewhere the process alone."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in brackets may hold anything; what follows it doesn't.
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = [root]
    for pid in found:
        found += sorted(children.get(pid, []))
    return found
