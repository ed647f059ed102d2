"""The figures with their aims, as one table and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# The most (or, for a rate, the least) that a figure should be.
AIMS: dict[str, float] = {
    "start-up: s": 3,
    "memory idle: MB": 180,
    "1 sender: ms p50": 10,
    "16 senders: posts a second": 100,
    "16 senders: ms p99": 500,
    "16 senders: CPU s per 1,000 with all that follows": 10,
    "page of 50: ms p50": 9,
    "page of 50: CPU ms": 7,
    "delivery to 50 clients: ms p95": 50,
    "delivery to 200 clients: ms p95": 100,
    "delivery to 500 clients: ms p95": 200,
    "delivery to 50 clients: CPU ms each": 0.3,
    "delivery to 200 clients: CPU ms each": 0.3,
    "delivery to 500 clients: CPU ms each": 0.3,
    "presence to 500 clients: ms p95": 1500,
    "presence to 500 clients: CPU ms each": 0.3,
    "500 clients change at once: messages a client and second, at most": 1.2,
    "search common word: ms p95": 35,
    "search rare word: ms p95": 10,
    "search common word of 100,000: ms p95": 60,
    "search rare word of 100,000: ms p95": 60,
}
AT_LEAST = ("a second", "% of bare")  # what should be as much, and not at most as much
HEADINGS = ("", "application", "bare", "ratio", "aim", "")


def machine() -> dict[str, Any]:
    """Describe the machine."""
    model = memory = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemTotal"):
            memory = f"{int(line.split()[1]) / 1024**2:.1f} GiB"
    return {
        "cores": os.cpu_count(),
        "cpu": model,
        "memory": memory,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def met(name: str, value: float) -> bool | None:
    """Tell whether a figure reaches its aim; None where it has none."""
    aim = AIMS.get(name)
    if aim is None:
        return None
    return value >= aim if name.endswith(AT_LEAST) else value <= aim


def table(ours: Mapping[str, float], bare: Mapping[str, float]) -> str:
    """Return the table as text."""
    rows: list[tuple[str, ...]] = [HEADINGS]
    for name in ours:
        mine, theirs = ours[name], bare.get(name)
        ratio = f"{mine / theirs:.1f}×" if theirs else ""
        aim = f"{'≥' if name.endswith(AT_LEAST) else '≤'} {AIMS[name]:g}" if name in AIMS else ""
        verdict = {True: "met", False: "MISSED", None: ""}[met(name, mine)]
        other = "" if theirs is None else _number(theirs)
        rows.append((name, _number(mine), other, ratio, aim, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write all of it as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
