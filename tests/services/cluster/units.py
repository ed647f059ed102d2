"""Reads systemd's units under ``deploy/``, so that what they start is what the cluster starts.

Of systemd.service(5) and systemd.exec(5) it knows what the units use: ``ExecStart``,
``Environment``, ``EnvironmentFile``, ``WorkingDirectory``, ``KillSignal``, ``TimeoutStopSec`` and
``LimitNOFILE``, with ``%i`` and ``${NAME}`` in them.
"""

from __future__ import annotations

import re
import shlex
import signal
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.services.cluster.rendering import read_environment


@dataclass(frozen=True)
class Unit:
    """What one instance of a unit says."""

    command: list[str]
    environment: dict[str, str]
    folder: Path
    stop_signal: signal.Signals
    stop_seconds: float
    open_files: int


def read_directives(text: str) -> dict[str, list[str]]:
    """Return each directive's values in their order, whatever its section."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in text.splitlines():
        name, sign, value = line.strip().partition("=")
        if sign and not name.startswith(("#", ";", "[")):
            found[name].append(value)
    return dict(found)


def read_unit(file: Path, instance: str) -> Unit:
    """Return what ``file`` says of an instance."""
    found = {
        name: [value.replace("%i", instance) for value in values]
        for name, values in read_directives(file.read_text()).items()
    }
    environment = _environment(file.read_text(), instance)
    return Unit(
        command=_expand(shlex.split(found["ExecStart"][-1]), environment),
        environment=environment,
        folder=Path(found["WorkingDirectory"][-1]),
        stop_signal=signal.Signals[found["KillSignal"][-1]],
        stop_seconds=float(found["TimeoutStopSec"][-1]),
        open_files=int(found["LimitNOFILE"][-1]),
    )


def _environment(text: str, instance: str) -> dict[str, str]:
    # A file counts more than a line, wherever they stand.
    directives = read_directives(text)
    given: dict[str, str] = {}
    for line in directives.get("Environment", []):
        given.update(read_environment(line.replace("%i", instance)))
    for path in directives.get("EnvironmentFile", []):
        given.update(read_environment(Path(path).read_text()))
    return given


def _expand(words: list[str], environment: Mapping[str, str]) -> list[str]:
    return [re.sub(r"\$\{(\w+)\}", lambda m: environment[m[1]], word) for word in words]
