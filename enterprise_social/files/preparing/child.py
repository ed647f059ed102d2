"""The process that opens what people upload: run by path, for one file, without the application.

It is told its task as JSON on standard input and answers with JSON on standard output. Memory,
processor time and the size of what it writes are bounded by the system; who started it ends it
where it takes too long.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

MEMORY = 1024 * 1024 * 1024
PROCESSOR_SECONDS = 20
LARGEST_OUTPUT = 64 * 1024 * 1024


def bound() -> None:
    """Take from this process what a bomb would need."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    if sys.platform == "linux":  # elsewhere libraries reserve more than they use
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.nice(10)


def prepare(task: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be known of a file: pictures and measures, or text."""
    # The folder of this file is all that it needs of the project.
    sys.path.insert(0, str(Path(__file__).parent))
    if task["kind"] == "image":
        pictures = import_module("pictures")
        made = pictures.prepare(Path(task["path"]), Path(task["folder"]), task["sides"])
    elif task["kind"] == "square":
        pictures = import_module("pictures")
        made = pictures.squares(
            Path(task["path"]), Path(task["folder"]), task["sides"], task["crop"], task["turn"]
        )
    else:
        texts = import_module("texts")
        made = texts.prepare(Path(task["path"]), task["kind"], task["longest"])
    return dict(made)


def main() -> None:
    """Read the task, do it, and say what came of it."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # a stray print must not break the answer
    task = json.load(sys.stdin)
    bound()
    try:
        answer = prepare(task)
    except MemoryError:
        answer = {"problem": "too_large"}
    except Exception as error:  # noqa: BLE001 - whatever a library makes of a broken file
        answer = {"problem": _reason(error)}
    json.dump(answer, answers)
    answers.flush()


def _reason(error: Exception) -> str:
    """Name the problem: one of the words of ``process.Prepared``."""
    name = type(error).__name__
    if name == "Refused":
        return str(error)
    return "too_many_pixels" if name == "DecompressionBombError" else "broken"


if __name__ == "__main__":
    main()
