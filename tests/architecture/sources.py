"""The project's own files, as git knows them, and their syntax trees."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "enterprise_social"
VENDORED = ("static/vendor/", "tests/vendor/", "static/icons/")


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that is, or could be, committed; vendored ones are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    names = sorted(name for name in listed if name and not name.startswith(VENDORED))
    return tuple(ROOT / name for name in names if (ROOT / name).is_file())


def python_files(folder: Path = PACKAGE) -> list[Path]:
    """Return the Python files below a folder."""
    return [
        path for path in project_files() if path.suffix == ".py" and path.is_relative_to(folder)
    ]


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(), filename=str(path))


def module_name(path: Path) -> str:
    """Return the dotted name of a file of the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def name(path: Path) -> str:
    """Return a file's path within the project, as tests show it."""
    return path.relative_to(ROOT).as_posix()
