"""What stands where, how long it may be, and what nobody writes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.sources import PACKAGE, ROOT, name, project_files, python_files, tree

TOP_LEVEL = {
    ".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "SECURITY.md", "deploy", "docs",
    "enterprise_social", "migrations", "pyproject.toml", "requirements-dev.in",
    "requirements-dev.lock", "requirements.in", "requirements.lock", "ruff.toml", "setup.cfg",
    "static", "templates", "tests", "wsgi.py",
}  # fmt: skip
MOST_LINES = {"tests": 450}
MOST_LINES_ELSEWHERE = 320
TEXT = {".py", ".js", ".css", ".html", ".md", ".sh", ".cfg", ".toml", ".in", ".lock", ".txt", ""}
FORBIDDEN = re.compile(
    r"\bTODO\b|\bFIXME\b|\bXXX\b|raise NotImplementedError"
    r"|(?<![\w./-])/(?:work|tmp|root|farm|home)/\w"
    r"|file:///opt|--(?:extra-)?index-url|shared/design"
    r"|files\.pythonhosted|registry\.npmjs|pypi\.org"
)
# Where HTML that core cleaned at writing is read back from its row.
READS_CLEAN_HTML = {
    "enterprise_social/feed/queries/cards.py",
    "enterprise_social/moderation/views/cases.py",
    "enterprise_social/people/queries/profile.py",
    "enterprise_social/posts/views.py",
}
DRAWERS = {"util", "utils", "helper", "helpers", "misc", "common"}
TEMPLATES = [p for p in project_files() if p.is_relative_to(ROOT / "templates")]


def _calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def test_the_top_level_holds_only_what_the_plan_names() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in project_files()} <= TOP_LEVEL


def test_no_file_grows_past_what_one_reads_in_a_sitting() -> None:
    lengths = {
        name(path): len(path.read_text().splitlines())
        for path in project_files()
        if path.suffix in {".py", ".js"}
        and not path.is_relative_to(ROOT / "migrations" / "versions")
    }
    limits = {path: MOST_LINES.get(path.split("/")[0], MOST_LINES_ELSEWHERE) for path in lengths}
    assert {path: length for path, length in lengths.items() if length > limits[path]} == {}


def test_nobody_leaves_unfinished_work_or_a_machines_path_behind() -> None:
    found = [
        f"{name(path)}: {match.group()}"
        for path in project_files()
        if path.suffix in TEXT and path != Path(__file__)
        for match in FORBIDDEN.finditer(path.read_text())
    ]
    assert found == []


def test_locks_name_no_index_and_hash_every_file() -> None:
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text()
        assert not re.search(r"(?m)^--|://", text), path.name
        pinned = len(re.findall(r"(?m)^[a-z0-9-]+(?:\[[a-z,]+\])?==", text))
        assert len(re.findall(r"--hash=sha256:", text)) >= pinned > 20


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in python_files(ROOT)
        if not path.is_relative_to(ROOT / "migrations" / "versions")
        and tree(path).body
        and not ast.get_docstring(tree(path))
    ]
    assert silent == []


def test_modules_are_named_after_what_they_hold() -> None:
    assert [name(path) for path in python_files() if path.stem in DRAWERS] == []


def test_only_core_commits() -> None:
    commits = [
        f"{name(path)}:{call.lineno}"
        for path in python_files()
        if not path.is_relative_to(PACKAGE / "core")
        for call in _calls(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "commit"
        and "session" in ast.unparse(call.func.value)
    ]
    assert commits == []


def test_no_relationship_writes_into_another_room() -> None:
    """A child names its parent; the parent's class gains no attribute by it."""
    wrong = [
        f"{name(path)}:{call.lineno}"
        for path in python_files()
        for call in _calls(path)
        for keyword in call.keywords
        if keyword.arg in {"backref", "back_populates"}
    ]
    assert wrong == []


def test_html_is_declared_safe_only_where_it_was_made_safe() -> None:
    wrong = [
        f"{name(path)}:{call.lineno}"
        for path in python_files()
        if not path.is_relative_to(PACKAGE / "core") and name(path) not in READS_CLEAN_HTML
        for call in _calls(path)
        if ast.unparse(call.func).endswith("Markup")
    ]
    assert wrong == []


def test_templates_trust_only_html_that_was_cleaned_when_it_was_written() -> None:
    made_safe = {"html", "import_map()"}
    wrong = [
        f"{name(path)}: {what}|safe"
        for path in TEMPLATES
        for what in re.findall(r"([\w.()]*)\s*\|\s*safe\b", path.read_text())
        if what.rsplit(".", 1)[-1] not in made_safe
    ]
    assert wrong == []


def test_templates_carry_no_script_no_style_and_no_handler() -> None:
    """The content security policy refuses them; JSON and import maps are data.

    A mail has no policy, and no style sheet but its own.
    """
    allowed = ("application/json", "importmap", "nonce=")
    wrong = []
    for path in TEMPLATES:
        if path.name == "_mail.html":
            continue
        text = path.read_text()
        scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", text)
        wrong += [
            f"{name(path)}: <script{script}>"
            for script in scripts
            if not any(kind in script for kind in allowed)
        ]
        wrong += [
            f"{name(path)}: {match.group()}"
            for match in re.finditer(r"<style\b|\son[a-z]+\s*=\s*[\"']", text)
        ]
    assert wrong == []
