"""Ends what a cluster started, however the process that started it came to its end.

It reads lines from its standard input: ``+ PID`` for a process group that runs, ``- PID`` for one
that has ended, ``d PATH`` for a folder that goes with the cluster. When the other end of the pipe
is closed, also because its holder was killed, it kills what is left and removes the folders.
Nothing else is as certain: the kernel's parent-death signal comes when a *thread* ends.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Lock


class Guard:
    """The guard's process; tell it what it is to end."""

    def __init__(self) -> None:
        """Start it."""
        self._lock = Lock()
        self._popen = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            start_new_session=True,
            text=True,
            bufsize=1,
        )

    def watch(self, pid: int) -> None:
        """A process group of this number runs."""
        self._tell(f"+ {pid}")

    def forget(self, pid: int) -> None:
        """It has ended."""
        self._tell(f"- {pid}")

    def remove_later(self, folder: Path) -> None:
        """Remove a folder in the end."""
        self._tell(f"d {folder}")

    def close(self) -> None:
        """Let it do its work; return when it is done."""
        with self._lock:
            if self._popen.stdin is not None:
                self._popen.stdin.close()
        self._popen.wait(30)

    def _tell(self, line: str) -> None:
        with self._lock:
            if self._popen.stdin is not None and not self._popen.stdin.closed:
                self._popen.stdin.write(f"{line}\n")


def main() -> None:
    """Wait for the end of the input, then clean up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    running: list[int] = []
    folders: list[str] = []
    for line in sys.stdin:
        sign, _space, rest = line.strip().partition(" ")
        if sign == "+":
            running.append(int(rest))
        elif sign == "-" and int(rest) in running:
            running.remove(int(rest))
        elif sign == "d":
            folders.append(rest)
    for pid in reversed(running):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    # PostgreSQL's own children notice by themselves that it is gone.
    if running:
        time.sleep(0.5)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
