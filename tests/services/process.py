"""Child processes that don't outlive the tests, and free ports for them."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

# Not the kernel's parent-death signal: it comes when the starting thread ends, not the process.
_running: set[Process] = set()


@atexit.register
def _end_the_rest() -> None:
    for process in list(_running):
        process.signal(signal.SIGKILL)


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(ready: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until ``ready`` is true; raises TimeoutError that says ``what`` was waited for."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def listening(port: int) -> bool:
    """Tell whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _begin(
    command: Sequence[str], log: Path, env: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            start_new_session=True,
        )


class Process:
    """A command in its own process group, with its output in a file."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        *,
        popen: Any = None,
    ):
        """Start ``command``; its output is appended to ``log``.

        ``popen`` is what runs already where it was begun in another way.
        """
        self.log = log
        self.popen = popen or _begin(command, log, env)
        _running.add(self)

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self.popen.poll() is None

    def wait_ready(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until it serves; raises RuntimeError with the end of its log where it ends first."""

        def ready_or_dead() -> bool:
            if not self.running:
                raise RuntimeError(f"ended with {self.popen.returncode}:\n{self.tail()}")
            return ready()

        try:
            until(ready_or_dead, seconds, "start")
        except TimeoutError as error:
            self.signal(signal.SIGKILL)
            raise RuntimeError(f"{error}\n{self.tail()}") from None

    def tail(self, lines: int = 40) -> str:
        """Return the last lines of its output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def signal(self, number: int, *, group: bool = True) -> None:
        """Send a signal to it, and to its children too unless told otherwise."""
        try:
            if group:
                os.killpg(self.popen.pid, number)
            else:
                os.kill(self.popen.pid, number)
        except ProcessLookupError:
            pass

    def kill(self, *, group: bool = True) -> None:
        """End it at once, as a power cut would."""
        self.signal(signal.SIGKILL, group=group)
        self.popen.wait(10)
        _running.discard(self)

    def stop(self, seconds: float = 20) -> int:
        """Ask it to end, wait, and return its exit code; whatever is left over is killed."""
        self.signal(signal.SIGTERM, group=False)
        try:
            return self.popen.wait(seconds)
        finally:
            self.kill()
