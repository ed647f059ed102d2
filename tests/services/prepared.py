"""A prepared interpreter of which servers are forked: importing takes longer than starting.

A server that comes from here is a process like the console script's, in a session of its own, with
the environment and the arguments that it is given; only its modules were imported before. Where the
script itself is what is tested or measured, start that one.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
UPPER_FLOORS = ("views", "live", "listeners", "commands", "shell")


class Forked:
    """What a test may do with a server that was forked; the part of ``Popen`` that it needs."""

    def __init__(self, prepared: Prepared, pid: int) -> None:
        """Know the process ``pid`` that ``prepared`` has as its child."""
        self.pid = pid
        self.returncode: int | None = None
        self._prepared = prepared

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._prepared.ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Wait for its end and return its exit code. Raises subprocess.TimeoutExpired."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("enterprise-social", timeout)
            time.sleep(0.01)
        return code


class Prepared:
    """The interpreter that waits; it begins with the first server and ends with this process."""

    def __init__(self) -> None:
        """Begin nothing yet."""
        self._lock = threading.Lock()
        self._line: Any = None
        self._popen: subprocess.Popen[bytes] | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115

    def fork(self, arguments: Sequence[str], log: Path, env: Mapping[str, str]) -> Forked:
        """Let a server run: the console script's ``arguments``, its output appended to ``log``."""
        asked = {"arguments": list(arguments), "log": str(log), "env": dict(env)}
        return Forked(self, self.ask(asked))

    def ask(self, question: dict[str, Any]) -> Any:
        """Ask the interpreter and return its answer. Raises RuntimeError where it is gone."""
        with self._lock:
            if self._line is None:
                self._line = self._begin()
            self._line.write(json.dumps(question) + "\n")
            self._line.flush()
            answer = self._line.readline()
        if not answer:
            self._said.seek(0)
            raise RuntimeError(f"no interpreter to fork of:\n{self._said.read().decode()}")
        return json.loads(answer)

    def close(self) -> None:
        """Let it end; servers that still run are not its business."""
        if self._popen is not None:
            self._line.close()
            self._popen.wait(10)
            self._popen = None
        self._said.close()

    def _begin(self) -> Any:
        ours, its = socket.socketpair()
        with ours, its:
            self._popen = subprocess.Popen(
                [sys.executable, "-u", "-m", "tests.services.prepared", str(its.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=self._said,
                stderr=self._said,
                pass_fds=[its.fileno()],
                start_new_session=True,
            )
            return ours.makefile("rw")


def _take_turns(line: Any) -> dict[str, Any]:
    """Answer until the other end is gone; returns, in each forked process, what it is to be."""
    for written in line:
        question = json.loads(written)
        if "poll" in question:
            pid, status = os.waitpid(question["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if answer == 0:
                return dict(question)
        line.write(json.dumps(answer) + "\n")
        line.flush()
    os._exit(0)


def _become(wanted: dict[str, Any]) -> None:
    os.setsid()
    with Path(os.devnull).open() as nothing, Path(wanted["log"]).open("ab") as output:
        os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
    os.environ.update(wanted["env"])
    time.tzset()
    sys.argv = ["enterprise-social", *wanted["arguments"]]


def _run() -> None:
    from enterprise_social import cli, rooms

    for room in rooms.ORDER:
        for floor in UPPER_FLOORS:
            if find_spec(name := f"enterprise_social.{room}.{floor}"):
                importlib.import_module(name)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])).makefile("rw") as line:
        wanted = _take_turns(line)
    _become(wanted)
    cli.main()


if __name__ == "__main__":
    _run()
