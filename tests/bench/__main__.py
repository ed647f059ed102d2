"""``python -m tests.bench``: measures the default set-up and the bare application beside it."""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.bench import announcement, efficiency, report, retention
from tests.bench.directory import NAMES, aims, organisations
from tests.bench.growth import __main__ as growth
from tests.bench.processes import machine_busy_seconds
from tests.bench.scenarios import SCENARIOS, Figures, search_among_many
from tests.bench.seed import prepared
from tests.bench.targets import Target, application, bare
from tests.services.server import ROOT

MANY = "search100k"
ARTIFACTS = ROOT / ".artifacts"


def main() -> None:
    """Measure what is asked for and print the table."""
    if sys.argv[1:2] and sys.argv[1] in growth.NAMES:
        growth.main(sys.argv[1], sys.argv[2:])
        return
    asked = _arguments()
    chosen = asked.only or [*SCENARIOS, MANY, *NAMES, announcement.NAME, retention.NAME]
    began, busy = time.time(), machine_busy_seconds()
    ours: Figures = {}
    theirs: Figures = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        first = [name for name in chosen if name in SCENARIOS]
        if first:
            ours = _measure(_application(folder, asked), first)
        if first and not asked.no_bare:
            theirs = _measure(_bare(folder, asked), first)
        if MANY in chosen:
            asked.posts, asked.channels = asked.many, 50
            target = _application(folder / "many", asked)
            ours |= _measure(target, [], search_among_many)
        if large := [name for name in NAMES if name in chosen]:
            ours |= organisations(large, folder / "organisations", asked)
        if announcement.NAME in chosen:
            ours |= announcement.announcements(folder / "announcements", asked)
        if retention.NAME in chosen:
            ours |= retention.retention(folder / "retention", asked.records)
        if efficiency.NAME in chosen:  # only where it is asked for: it needs PostgreSQL and Redis
            mine, others = efficiency.efficiency(folder / "efficiency", asked)
            ours, theirs = ours | mine, theirs | others
    report.AIMS.update(aims() | announcement.aims() | retention.aims(asked.records))
    report.AIMS.update(efficiency.aims())
    spent = machine_busy_seconds() - busy
    facts = report.machine()
    facts["seconds"] = round(time.time() - began)
    facts["share of the CPU used by others"] = round(_others(spent, began), 2)
    print(
        f"\n{facts['cores']} × {facts['cpu']}, {facts['memory']}, Linux {facts['kernel']}, ", end=""
    )
    print(f"Python {facts['python']}; others used {facts['share of the CPU used by others']:.0%}")
    print(report.table(ours, theirs))
    verdicts = {name: report.met(name, value) for name, value in ours.items()}
    report.write(
        asked.json,
        {"machine": facts, "application": ours, "bare": theirs, "met": verdicts},
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "only",
        nargs="*",
        choices=[
            *(*SCENARIOS, MANY, *NAMES, announcement.NAME, retention.NAME, efficiency.NAME),
            [],
        ],
        help="some scenarios",
    )
    parser.add_argument("--posts", type=int, default=20_000)
    parser.add_argument("--channels", type=int, default=10)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--many", type=int, default=100_000, help=f"posts of {MANY}")
    parser.add_argument(
        "--records", type=int, default=1_000_000, help=f"posts, and entries, of {retention.NAME}"
    )
    parser.add_argument("--no-bare", action="store_true", help="leave the yardstick out")
    parser.add_argument("--kept", type=Path, default=ARTIFACTS / "bench-data")
    parser.add_argument("--json", type=Path, default=ARTIFACTS / "bench.json")
    return parser.parse_args()


def _measure(target: Target, names: Sequence[str], *more: Callable[[Target], Figures]) -> Figures:
    found: Figures = {}
    try:
        if "start" not in names:
            target.start()
            target.settle(20)
        for scenario in [*(SCENARIOS[name] for name in SCENARIOS if name in names), *more]:
            print(f"{target.name}: {scenario.__name__} …", file=sys.stderr, flush=True)
            found |= scenario(target)
    finally:
        target.stop()
    return found


def _application(folder: Path, asked: argparse.Namespace) -> Target:
    sizes = {"posts": asked.posts, "channels": asked.channels, "people": asked.people}
    print(f"{asked.posts:,} posts …", file=sys.stderr, flush=True)
    return application(folder / "data", prepared(folder / "data", kept=asked.kept, **sizes))


def _bare(folder: Path, asked: argparse.Namespace) -> Target:
    original: Path = asked.kept / f"bare-{asked.posts}"
    if not original.exists():
        part = original.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        command = [sys.executable, "-m", "tests.bench.bare", str(part), str(asked.posts)]
        environment = {**os.environ}
        environment.pop("BARE_DATA_DIR", None)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=environment)
        part.rename(original)
    shutil.copytree(original, folder / "bare")
    return bare(folder / "bare")


def _others(spent: float, began: float) -> float:
    """Return the share of the machine that other programs used meanwhile."""
    mine: Any = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        used = resource.getrusage(who)
        mine += used.ru_utime + used.ru_stime
    return max(0.0, spent - mine) / ((time.time() - began) * (os.cpu_count() or 1))


if __name__ == "__main__":
    main()
