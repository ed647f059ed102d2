"""What stands where, how long it may be, and what nobody writes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import (
    PACKAGE,
    ROOT,
    name,
    project_files,
    python_files,
    tree,
)

TOP_LEVEL = {
    ".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "docs", "enterprise_social",
    "migrations", "pyproject.toml", "requirements-dev.in", "requirements-dev.lock",
    "requirements.in", "requirements.lock", "ruff.toml", "setup.cfg", "static", "templates",
    "tests", "wsgi.py",
}  # fmt: skip
MOST_LINES = 320
TEXT = {".py", ".js", ".css", ".html", ".md", ".sh", ".cfg", ".toml", ".in", ".lock", ".txt", ""}
FORBIDDEN = [
    r"\bTODO\b",
    r"\bFIXME\b",
    r"\bXXX\b",
    r"raise NotImplementedError",
    r"(?<![\w./-])/(?:work|tmp|root|farm|home)/\w",
    r"file:///opt",
    r"--(?:extra-)?index-url",
    r"shared/design",
    r"files\.pythonhosted",
    r"registry\.npmjs",
    r"pypi\.org",
]
PYTHON = python_files()
READABLE = [p for p in project_files() if p.suffix in TEXT and p != Path(__file__)]
OWN = [p for p in project_files() if p.suffix in {".py", ".js"}]


def test_the_top_level_holds_only_what_the_plan_names() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in project_files()} <= TOP_LEVEL


@pytest.mark.parametrize("path", OWN, ids=name)
def test_no_file_grows_past_what_one_reads_in_a_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", READABLE, ids=name)
def test_nobody_leaves_unfinished_work_or_a_machines_path_behind(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".lock":
        assert not re.search(r"(?m)^--|://", text)
        return
    found = [match.group() for word in FORBIDDEN for match in re.finditer(word, text)]
    assert found == []


@pytest.mark.parametrize("path", python_files(ROOT), ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    if path.is_relative_to(ROOT / "migrations" / "versions"):
        return
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_modules_are_named_after_what_they_hold(path: Path) -> None:
    assert path.stem not in {"util", "utils", "helper", "helpers", "misc", "common"}


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_only_core_commits(path: Path) -> None:
    if path.is_relative_to(PACKAGE / "core"):
        return
    commits = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        and "session" in ast.unparse(node.func.value)
    ]
    assert commits == []


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_no_relationship_writes_into_another_room(path: Path) -> None:
    """A child names its parent; the parent's class gains no attribute by it."""
    wrong = [
        keyword.arg
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in {"backref", "back_populates"}
    ]
    assert wrong == []


def test_html_is_declared_safe_only_where_it_was_made_safe() -> None:
    allowed = ("enterprise_social/core/",)
    wrong = [
        f"{name(path)}:{node.lineno}"
        for path in PYTHON
        if not name(path).startswith(allowed)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Markup")
    ]
    assert wrong == []


TEMPLATES = [p for p in project_files() if p.is_relative_to(ROOT / "templates")]


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_trust_only_html_that_was_cleaned_when_it_was_written(path: Path) -> None:
    trusted = re.findall(r"([\w.()]*)\s*\|\s*safe\b", path.read_text())
    made_safe = ("html", "import_map()")
    assert [what for what in trusted if what.rsplit(".", 1)[-1] not in made_safe] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_carry_no_script_no_style_and_no_handler(path: Path) -> None:
    """The content security policy refuses them; JSON and import maps are data."""
    text = path.read_text()
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", text)
    allowed = ("application/json", "importmap", "nonce=")
    assert [script for script in scripts if not any(kind in script for kind in allowed)] == []
    assert not re.search(r"<style\b|\son[a-z]+\s*=\s*[\"']", text)
