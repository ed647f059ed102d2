"""A run as a page with its plots and all figures as JSON, for ``docs/measurements/``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench import report as bench_report
from tests.bench.load import plots
from tests.bench.load.figures import Figures
from tests.services.server import ROOT

PLACE = ROOT / "docs" / "measurements"
DELIVERY_AIM, REQUEST_AIM = 500.0, 2000.0


def machine() -> dict[str, Any]:
    """Describe the machine, the commit and the command."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    changed = subprocess.run(
        ["git", "-C", str(ROOT), "status", "--porcelain", "--untracked-files=no"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return {
        **bench_report.machine(),
        "commit": f"{commit}, with changes" if changed else commit,
        "command": "python -m " + " ".join(["tests.bench.load", *sys.argv[1:]]),
    }


def write(
    name: str,
    title: str,
    text: str,
    document: Mapping[str, Any],
    pictures: Mapping[str, str],
    place: Path = PLACE,
) -> Path:
    """Write ``name``.md, ``name``.json and a file for each plot; returns the page."""
    place.mkdir(parents=True, exist_ok=True)
    facts = machine()
    shown = []
    for part, svg in pictures.items():
        plots.write(place / f"{name}-{part}.svg", svg)
        shown.append(f"![{part}]({name}-{part}.svg)")
    every = {"machine": facts, **document}
    (place / f"{name}.json").write_text(json.dumps(every, indent=1, ensure_ascii=False) + "\n")
    head = (
        f"# {title}\n\n{facts['at'][:10]}, {facts['cores']} cores of {facts['cpu']}, "
        f"{facts['memory']}, Linux {facts['kernel']}, Python {facts['python']}; commit "
        f"`{facts['commit']}`. All of it, the generator too, on this machine.\n\n"
        f"    {facts['command']}\n"
    )
    page = place / f"{name}.md"
    page.write_text("\n\n".join([head.strip(), text.strip(), *shown]) + "\n")
    return page


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the first row is its head, all columns but the first are numbers."""
    head, *body = rows
    marks = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *body))


def of_run(found: Figures) -> str:
    """Return the text of one run."""
    missed = found.missed()
    verdict = "Every threshold is met." if not missed else "**Missed:** " + "; ".join(missed) + "."
    wrong = found.verdict
    roles = sorted(found.cores, key=lambda role: (role == "machine", -found.cores[role]))
    main = [
        ("", "found", "at most"),
        ("request, mean", f"{found.request_ms['mean']:.1f} ms", "100 ms"),
        ("request, p99", f"{found.request_ms['p99']:.0f} ms", "2,000 ms"),
        ("failures", f"{found.failures} of {found.requests:,}", "0.025 %"),
        ("send to receipt, p50", f"{found.delivery_ms['p50']:.0f} ms", ""),
        ("send to receipt, p95", f"{found.delivery_ms['p95']:.0f} ms", ""),
        ("send to receipt, p99", f"{found.delivery_ms['p99']:.0f} ms", "500 ms"),
        ("lost", f"{wrong.get('lost', 0)} of {wrong.get('expected', 0):,}", "0"),
        ("doubled", str(wrong.get("doubled", 0)), "0"),
        ("reordered", str(wrong.get("reordered", 0)), "0"),
    ]
    kinds = [("request", "count", "mean, ms", "p50", "p95", "p99")]
    kinds += [
        (kind, f"{row['count']:,.0f}", *(f"{row[c]:.1f}" for c in ("mean", "p50", "p95", "p99")))
        for kind, row in found.kinds.items()
    ]
    used = [("", "cores", "MB")]
    used += [
        (role, f"{found.cores[role]:.2f}", f"{size:,.0f}" if size else "")
        for role in roles
        for size in [found.megabytes.get(role, 0.0)]
    ]
    wire = found.wire
    told = (
        f"{found.people:,} active people for {found.seconds:.0f} s: "
        f"{found.requests_a_second:.0f} requests, {found.posts_a_second:.1f} posts and "
        f"{found.deliveries_a_second:.0f} deliveries of posts a second. {verdict}"
    )
    beside = (
        f"On the wire {wire.get('early', 0):,} of {wire.get('live', 0):,} changes came before "
        f"the one before them and waited in the client; {wire.get('fetched', 0):,} were "
        f"fetched after a gap or a reconnection. The generator itself was late by "
        f"{found.generator_lag_ms['p99']:.1f} ms at p99, which is part of every figure."
    )
    return "\n\n".join([told, table(main), beside, table(kinds), table(used)])
