"""The parent's end: starts the child for one file, and ends it where it takes too long."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CHILD = Path(__file__).with_name("child.py")
SECONDS = 20.0
LONGEST_TEXT = 100_000


@dataclass(frozen=True)
class Prepared:
    """What came of a file. ``problem`` says in a word why something is missing.

    ``too_many_pixels``, ``too_large``, ``too_long`` (in time), ``too_small``, ``bomb``, ``locked``,
    ``broken``.
    """

    width: int | None = None
    height: int | None = None
    thumbs: list[int] = field(default_factory=list)
    text: str = ""
    problem: str = ""


def pictures(
    path: Path, folder: Path, sides: Sequence[int], *, seconds: float = SECONDS
) -> Prepared:
    """Write smaller pictures of an image into ``folder``, each named by its longest side (WebP).

    They are upright, still and without metadata. ``width`` and ``height`` are the image's own.
    """
    task = {"kind": "image", "path": str(path), "folder": str(folder), "sides": sorted(sides)}
    return _run(task, seconds)


def squares(
    path: Path,
    folder: Path,
    sides: Sequence[int],
    crop: Mapping[str, float],
    turn: int,
    *,
    seconds: float = SECONDS,
) -> Prepared:
    """Write a square part of an image into ``folder`` in each of these sizes (WebP).

    The image is taken upright, then turned by ``turn`` degrees clockwise (0, 90, 180, 270). The
    part begins at ``x`` and ``y``, in fractions of its width and height from the upper left, and is
    ``side`` of its shorter side long; without these it is the largest in the middle. ``whole`` is
    the upright image, smaller and not turned.
    """
    task = {
        "kind": "square",
        "path": str(path),
        "folder": str(folder),
        "sides": sorted(sides),
        "crop": dict(crop),
        "turn": turn,
    }
    return _run(task, seconds)


def text(path: Path, kind: str, *, seconds: float = SECONDS) -> Prepared:
    """Read a document's text; ``kind`` is pdf, docx, odt or text."""
    return _run({"kind": kind, "path": str(path), "longest": LONGEST_TEXT}, seconds)


def _run(task: dict[str, Any], seconds: float) -> Prepared:
    try:
        done = subprocess.run(  # noqa: S603 - a file of ours
            [sys.executable, "-P", "-X", "utf8", str(_CHILD)],
            input=json.dumps(task).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Prepared(problem="too_long")
    try:
        answer = json.loads(done.stdout)
        return Prepared(**answer)
    except (ValueError, TypeError):
        # It was ended by the system, at one of its bounds.
        return Prepared(problem="too_large")
