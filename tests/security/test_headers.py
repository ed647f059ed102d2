"""What every answer tells browsers to refuse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

STATIC = Path(__file__).parents[2] / "static" / "js"
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def directives(policy: str) -> dict[str, str]:
    """Return a content security policy by directive."""
    parts = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: value for name, _space, value in parts}


@on_sqlite
def test_pages_run_no_script_but_ours_and_make_no_elements_from_strings(app: Flask) -> None:
    answer = app.test_client().get("/login")
    policy = directives(answer.headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", policy["script-src"])
    assert policy["style-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "server"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@on_sqlite
def test_the_nonce_is_another_one_each_time(app: Flask) -> None:
    policies = {
        app.test_client().get("/login").headers["Content-Security-Policy"] for _time in range(5)
    }
    assert len(policies) == 5


@on_sqlite
def test_what_is_no_page_shows_and_loads_nothing(app: Flask) -> None:
    answer = app.test_client().get("/healthz")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_one_file_alone_turns_strings_into_elements() -> None:
    sinks = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|DOMParser|document\.write"
        r"|srcdoc|\beval\(|new Function\("
    )
    found = {
        path.relative_to(STATIC).as_posix()
        for path in STATIC.rglob("*.js")
        if sinks.search(path.read_text())
    }
    assert found == {"core/dom.js"}
