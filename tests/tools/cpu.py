"""A plugin that says what the tests cost in processor seconds, which no other load changes much.

``make test WORKERS=0 TESTS="-p tests.tools.cpu tests/rights"``: a line a directory, then the
dearest files and tests. Counted are the test's process, its descendants and the run's PostgreSQL,
from the end of the test before. Several workers would each count the PostgreSQL that they share;
what a killed server's own children had used is lost with them.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

MOST = 25
_seen: dict[str, Any] = {"used": 0.0, "keeper": None}
_spent: Counter[str] = Counter()


def _used() -> float:
    """Return all that was used until now by whatever works for the tests of this process."""
    here = psutil.Process()
    total = sum(here.cpu_times()[:4])
    processes = here.children(recursive=True)
    if keeper := _seen["keeper"]:
        processes += [keeper, *keeper.children(recursive=True)]
    for each in processes:
        try:
            total += sum(each.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue  # its parent has it now
    return total


@pytest.fixture(scope="session", autouse=True)
def _know_postgres(run_folder: Path) -> None:
    _seen["facts"] = run_folder / "postgres.json"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Note with the test what was used since the one before it."""
    try:
        return (yield)
    finally:
        facts = _seen.get("facts")
        if _seen["keeper"] is None and facts and facts.exists():
            _seen["keeper"] = psutil.Process(json.loads(facts.read_text())["keeper"])
        before, _seen["used"] = _seen["used"], _used()
        item.user_properties.append(("cpu", max(0.0, _seen["used"] - before)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Gather what the workers noted."""
    if report.when == "teardown":
        _spent[report.nodeid] += dict(report.user_properties).get("cpu", 0.0)  # type: ignore[arg-type]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show where it went."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    terminalreporter.section("processor seconds")
    for parts in (2, 3, 4):
        sums: Counter[str] = Counter()
        for name, seconds in _spent.items():
            path, _colons, test = name.partition("::")
            sums["/".join([*path.split("/"), test][:parts])] += seconds  # type: ignore[assignment]
        for name, seconds in sums.most_common(MOST):
            terminalreporter.write_line(f"{seconds:8.1f}  {name}")
        terminalreporter.write_line("")
    terminalreporter.write_line(f"{sum(_spent.values()):8.1f}  in all")
