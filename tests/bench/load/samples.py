"""What each kind of process uses while a load runs: CPU time and memory, every second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.processes import TICKS, machine_busy_seconds

# By what they are for, every process of it.
Roles = Callable[[], Mapping[str, Sequence[int]]]
MEMORY_EVERY = 5


@dataclass
class Sample:
    """One look: CPU seconds since the start of each process, by role, and megabytes."""

    at: float
    cpu: dict[str, float]
    memory: dict[str, float] = field(default_factory=dict)
    machine: float = 0.0


class Sampler(threading.Thread):
    """Looks every second, until it is stopped."""

    def __init__(self, roles: Roles) -> None:
        super().__init__(daemon=True, name="sampler")
        self.samples: list[Sample] = []
        self._roles = roles
        self._over = threading.Event()
        self._gone: dict[str, float] = {}
        self._last: dict[tuple[str, int], float] = {}

    def run(self) -> None:
        """Look."""
        turn = 0
        while True:
            self.samples.append(self._look(with_memory=turn % MEMORY_EVERY == 0))
            turn += 1
            if self._over.wait(1.0):
                self.samples.append(self._look(with_memory=True))
                return

    def stop(self) -> None:
        """Look once more and end."""
        self._over.set()
        self.join()

    def used(self, begin: float, end: float) -> dict[str, float]:
        """Return the CPU seconds of each role between two moments, as near as was looked."""
        between = [each for each in self.samples if begin - 1 <= each.at <= end + 1]
        if len(between) < 2:
            return {}
        first, last = between[0], between[-1]
        seconds = max(0.001, last.at - first.at)
        found = {
            role: (used - first.cpu.get(role, 0.0)) / seconds for role, used in last.cpu.items()
        }
        found["machine"] = (last.machine - first.machine) / seconds
        return found

    def memory(self, begin: float, end: float) -> dict[str, float]:
        """Return the most megabytes of each role between two moments."""
        found: dict[str, float] = {}
        for each in self.samples:
            if begin - 1 <= each.at <= end + 1:
                for role, size in each.memory.items():
                    found[role] = max(size, found.get(role, 0.0))
        return found

    def memory_now(self) -> dict[str, float]:
        """Return the megabytes of each role at this moment."""
        return {role: sum(map(_pss, ids)) for role, ids in self._roles().items()}

    def documents(self) -> list[dict[str, Any]]:
        """Return all of it for a report."""
        return [vars(each) for each in self.samples]

    def _look(self, *, with_memory: bool) -> Sample:
        cpu: dict[str, float] = {}
        memory: dict[str, float] = {}
        here: dict[tuple[str, int], float] = {}
        for role, ids in self._roles().items():
            for process in ids:
                used = _cpu(process)
                if used is not None:
                    here[role, process] = used
            if with_memory:
                memory[role] = sum(map(_pss, ids))
        for key, used in self._last.items():
            if key not in here:  # it has ended: what it used is not forgotten
                self._gone[key[0]] = self._gone.get(key[0], 0.0) + used
        self._last = here
        for (role, _process), used in here.items():
            cpu[role] = cpu.get(role, 0.0) + used
        for role, used in self._gone.items():
            cpu[role] = cpu.get(role, 0.0) + used
        return Sample(time.perf_counter(), cpu, memory, machine_busy_seconds())


def _cpu(process: int) -> float | None:
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None  # it has just ended
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _pss(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
