"""The parent's end of the writing process."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

from enterprise_social.search.engine import Document, IndexUnavailable

_CHILD = Path(__file__).with_name("child.py")


class WriterProcess:
    """Sends changes to a child process, which is started when needed and ends itself when idle.

    A plain child with two pipes and not `concurrent.futures`: that one would import the program's
    main module, and with it the application, into the child, and would keep it for ever.
    """

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        # Whoever forgets this object, or ends the program, leaves no child behind.
        weakref.finalize(self, _end, self._running)

    def create(self, folder: Path) -> None:
        """An empty index in this folder."""
        self._call("create", str(folder))

    def apply(
        self, folder: Path, documents: Sequence[Document], removed: Sequence[int] = ()
    ) -> None:
        """One commit. Raises `IndexUnavailable` with the child's words where it failed."""
        self._call("apply", str(folder), list(documents), list(removed))

    def close(self) -> None:
        """Ends the child after what it is doing."""
        with self._lock:
            _end(self._running)

    def _call(self, *request: object) -> None:
        with self._lock:
            try:
                answer = self._exchange(request)
            except (OSError, EOFError, pickle.UnpicklingError):
                # It had just ended for idleness, or was killed. Every request may be repeated.
                _end(self._running)
                try:
                    answer = self._exchange(request)
                except (OSError, EOFError, pickle.UnpicklingError) as error:
                    _end(self._running)
                    raise IndexUnavailable("the process that writes the index ended") from error
        if answer[0] != "ok":
            raise IndexUnavailable(str(answer[1]))

    def _exchange(self, request: tuple[object, ...]) -> tuple[str, ...]:
        requests, answers = self._pipes()
        pickle.dump(request, requests)
        requests.flush()
        answer: tuple[str, ...] = pickle.load(answers)  # noqa: S301 - our child's
        return answer

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if not self._running or self._running[0].poll() is not None:
            _end(self._running)
            self._running.append(
                subprocess.Popen(  # noqa: S603 - a file of ours
                    [sys.executable, "-P", str(_CHILD)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
        process = self._running[0]
        return cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    """Closes the pipes, at which the child ends, and waits for that."""
    while running:
        process = running.pop()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
