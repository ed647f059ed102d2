"""``python -m tests.bench growth`` and ``python -m tests.bench whoosh-growth``."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import report
from tests.bench.growth import organisations
from tests.bench.growth.cluster import kept_cluster
from tests.bench.growth.measuring import measure
from tests.bench.load import plots
from tests.bench.targets import application
from tests.services.server import ROOT

GROWTH, WHOOSH = "growth", "whoosh-growth"
NAMES = (GROWTH, WHOOSH)
SIZES = {GROWTH: (10_000, 100_000, 1_000_000, 5_000_000), WHOOSH: (10_000, 100_000, 500_000)}
# What is written in a second while generating, to say how long it takes; the index as well.
EXPECTED = {GROWTH: 8_000, WHOOSH: 1_200}
Result = dict[str, Any]


def main(kind: str, given: Sequence[str]) -> None:
    """Measure at each size, print the table, and write figures and plots where that is asked."""
    asked = _arguments(kind, given)
    # Whoever ends it has the database and the server stopped as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results: dict[int, Result] = {}
    began = time.monotonic()
    todo = sum(asked.sizes) / EXPECTED[kind] + len(asked.sizes) * 150
    _say(f"{len(asked.sizes)} sizes: up to {todo / 60:.0f} minutes, less where they are kept")
    if kind == WHOOSH:
        for size in asked.sizes:
            results[size] = _on_sqlite(size, asked)
            _keep(kind, asked, results)
    else:
        with kept_cluster(asked.kept / "postgresql") as cluster:
            for size in asked.sizes:
                results[size] = _on_postgresql(cluster, size, asked)
                _keep(kind, asked, results)
    _say(f"done in {(time.monotonic() - began) / 60:.1f} minutes")
    print(table(results))
    if asked.into:
        _write_into(kind, asked.into, asked, results)


def _arguments(kind: str, given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m tests.bench {kind}", description=__doc__)
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(float(each)) for each in text.split(",")],
        default=list(SIZES[kind]),
        help="posts, with commas between",
    )
    people = 100_000 if kind == GROWTH else 300
    parser.add_argument("--people", type=int, default=people)
    parser.add_argument("--kept", type=Path, default=ROOT / ".artifacts" / "growth")
    parser.add_argument("--seconds", type=float, default=6.0, help="for each question")
    parser.add_argument("--into", type=Path, help="also write table, JSON and plots here")
    asked = parser.parse_args(list(given))
    # The database's own user must get there, whoever runs this.
    asked.kept = asked.kept.absolute()
    return asked


def _on_postgresql(cluster: Any, size: int, asked: argparse.Namespace) -> Result:
    name = f"growth_{organisations.VERSION}_{asked.people}_{size}"
    data_dir = asked.kept / "data"
    if not (data_dir / f"{name}.json").exists():
        organisations.forget(cluster, name)
        _say(f"{size:,} posts of {asked.people:,} people: about {size / EXPECTED[GROWTH]:.0f} s")
    url = organisations.database(cluster, name)
    noted = organisations.generated(name, url, data_dir, asked.people, size)
    result: Result = {"generated": noted, "sizes": organisations.sizes_of(url)}
    return result | _measured(url, data_dir, asked, f"{size:,} posts on PostgreSQL")


def _on_sqlite(size: int, asked: argparse.Namespace) -> Result:
    original = asked.kept / f"sqlite-{organisations.VERSION}-{asked.people}-{size}"
    if not (original / "whole.json").exists():
        shutil.rmtree(original, ignore_errors=True)
        _say(f"{size:,} posts and their index: about {size / EXPECTED[WHOOSH]:.0f} s")
    noted = organisations.generated("whole", "", original, asked.people, size)
    index = sum(file.stat().st_size for file in (original / "index").rglob("*") if file.is_file())
    database = (original / "enterprise-social.db").stat().st_size
    sizes = {"database": {"table": database / 1e6}, "index": {"table": index / 1e6}}
    result: Result = {"generated": noted, "sizes": sizes}
    with tempfile.TemporaryDirectory(prefix="growth-") as place:
        folder = Path(place) / "data"
        shutil.copytree(original, folder)
        return result | _measured("", folder, asked, f"{size:,} posts on SQLite with Whoosh")


def _measured(url: str, data_dir: Path, asked: argparse.Namespace, title: str) -> Result:
    _say(title)
    os.environ.pop("DATABASE_URL", None)
    seeded = organisations.busy(url, data_dir)
    target = application(data_dir, seeded, database_url=url)
    target.backlog = lambda: 0
    try:
        seconds = target.start()
        target.settle(30)
        times = measure(target, seeded, asked.seconds)
        return {"ms": times, "start": seconds, "memory": round(target.memory(), 1)}
    finally:
        target.stop()


def table(results: dict[int, Result]) -> str:
    """Return the milliseconds of each question at each size, p50 / p95, as Markdown."""
    sizes = sorted(results)
    heads = " | ".join(f"{size:,}" for size in sizes)
    lines = [f"| ms p50 / p95 at posts | {heads} |", "| --- |" + " ---: |" * len(sizes)]
    names = dict.fromkeys(name for size in sizes for name in results[size]["ms"])
    for name in names:
        cells = []
        for size in sizes:
            times = results[size]["ms"].get(name)
            cells.append(f"{times['p50']:.1f} / {times['p95']:.1f}" if times else "")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def sizes_table(result: Result) -> str:
    """Return how much room the tables of one size take, for each million posts, as Markdown."""
    million = result["generated"]["posts"] / 1e6
    lines = ["| MB for each million posts | table | indexes |", "| --- | ---: | ---: |"]
    for name, room in result["sizes"].items():
        indexes = room.get("indexes", 0.0)
        lines.append(f"| `{name}` | {room['table'] / million:,.0f} | {indexes / million:,.0f} |")
    return "\n".join(lines)


def _keep(kind: str, asked: argparse.Namespace, results: dict[int, Result]) -> None:
    """Write down what there is, so that nothing is lost where a later size fails."""
    document = {"machine": report.machine(), "kind": kind, "people": asked.people,
                "results": results}  # fmt: skip
    report.write(asked.kept / f"{kind}.json", document)


def _write_into(
    kind: str, folder: Path, asked: argparse.Namespace, results: dict[int, Result]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(asked.kept / f"{kind}.json", folder / f"{kind}.json")
    facts = report.machine()
    sizes = ",".join(map(str, asked.sizes))
    command = f"python -m tests.bench {kind} --sizes {sizes} --people {asked.people}"
    head = (
        f"{asked.people:,} people. {facts['cores']} × {facts['cpu']}, {facts['memory']}, Linux"
        f" {facts['kernel']}, Python {facts['python']}, {facts['at']}. `{command}`"
    )
    text = [head, table(results), sizes_table(results[max(results)])]
    (folder / f"{kind}.md").write_text("\n\n".join(text) + "\n")
    for group in ("open", "post", "directory", "search"):
        series = {
            name: [(math.log10(size), results[size]["ms"][name]["p95"]) for size in sorted(results)
                   if name in results[size]["ms"]]
            for name in dict.fromkeys(n for r in results.values() for n in r["ms"])
            if name.startswith(group) or (group == "open" and name.startswith(("rail", "what")))
        }  # fmt: skip
        plot = plots.lines(f"{group.capitalize()}: p95 by size", series,
                           across="posts, as a power of ten", up="ms", dots=True)  # fmt: skip
        plots.write(folder / f"{kind}-{group}.svg", plot)
    print(f"written into {folder}", json.dumps(sorted(each.name for each in folder.iterdir())))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
