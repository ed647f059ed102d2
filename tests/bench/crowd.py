"""Many connected clients at once, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.bench.targets import Target, with_form
from tests.services.server import ROOT

CLIENTS_A_PROCESS = 250


@dataclass
class Crowd:
    """The clients of a scenario."""

    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def say(self, word: str) -> None:
        """Have every client do something; see ``listeners``."""
        for process in self.processes:
            _stdin(process).write(f"{word}\n")
            _stdin(process).flush()

    def report(self) -> tuple[list[tuple[int, float]], list[list[float]]]:
        """End, and return which marked message came when, and each client's news of presence."""
        receipts: list[tuple[int, float]] = []
        presence: list[list[float]] = []
        for process in self.processes:
            answer, _none = process.communicate("end\n", timeout=30)
            told = json.loads(answer)
            for number, moments in told["receipts"].items():
                receipts += [(int(number), moment) for moment in moments]
            presence += told["presence"]
        return receipts, presence


@contextmanager
def crowd(target: Target, form: str, clients: int, *, watch: Sequence[int] = ()) -> Iterator[Crowd]:
    """Connect that many clients, who show the people of ``watch``, and let them go in the end."""
    found = Crowd()
    for start in range(0, clients, CLIENTS_A_PROCESS):
        plan = {
            "port": target.port,
            "clients": min(CLIENTS_A_PROCESS, clients - start),
            "auths": with_form(target.auths, form),
            "watch": list(watch),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.listeners"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        found.processes.append(process)
        _stdin(process).write(json.dumps(plan) + "\n")
        _stdin(process).flush()
    try:
        for process in found.processes:
            if process.stdout is None or process.stdout.readline() != "ready\n":
                raise RuntimeError(f"{target.name}: the clients could not connect")
        yield found
    finally:
        for process in found.processes:
            if process.poll() is None:
                process.kill()
            process.communicate()


def _stdin(process: subprocess.Popen[str]) -> Any:
    return process.stdin
