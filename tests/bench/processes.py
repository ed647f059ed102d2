"""What the kernel counts of a process and all of its children (Linux, proc(5))."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def tree(root: int) -> list[int]:
    """Return the ids of a process and of all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        waiting += children.get(process, [])
    return found


def cpu_seconds(root: int) -> float:
    """Return the CPU time of a process tree, ended children that were waited for included."""
    ticks = 0
    for process in tree(root):
        fields = _stat(process)
        if fields:
            ticks += sum(int(value) for value in fields[11:15])  # utime stime cutime cstime
    return ticks / TICKS


def serving_cpu_seconds(root: int) -> float:
    """Return the CPU time of a server and its workers, without their own helpers."""
    ticks = 0
    for process in tree(root):
        fields = _stat(process)
        if fields and (process == root or int(fields[1]) == root):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def pss_megabytes(root: int) -> float:
    """Return the proportional set size of a process tree: shared pages are counted once."""
    kilobytes = 0
    for process in tree(root):
        try:
            lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def machine_busy_seconds() -> float:
    """Return the CPU time that the whole machine has spent since its start."""
    fields = [int(value) for value in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:]]
    idle = fields[3] + fields[4]
    return (sum(fields[:8]) - idle) / TICKS


def _stat(process: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the third on: the name before may hold spaces."""
    try:
        text = (PROC / str(process) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()
