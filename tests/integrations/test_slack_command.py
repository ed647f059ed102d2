"""The command ``import slack``: what it prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from enterprise_social.core.db import db
from enterprise_social.integrations.cli import import_group
from enterprise_social.posts.models import Post
from tests.integrations.exports import message, team

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Runs the group with its arguments."""
    runner = app.test_cli_runner()

    def invoke(*arguments: Any) -> Result:
        return runner.invoke(import_group, [str(one) for one in arguments])

    return invoke


def test_the_report_is_one_json_object(run: Run, tmp_path: Path) -> None:
    root = "1700000100.000100"
    path = team().say(
        "plans",
        message(root, "U1", "root", thread_ts=root, reactions=[{"name": "+1", "users": ["U2"]}]),
        message("1700000200.000100", "U2", "reply", thread_ts=root),
        message("1700000300.000100", "U2", "joined", subtype="channel_join"),
    ).zip(tmp_path / "x.zip")  # fmt: skip
    result = run("slack", path, "--json", "--progress")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report == {
        "people": {"imported": 2, "existing": 0, "skipped": 0},
        "channels": {"imported": 1, "existing": 0, "skipped": 0},
        "posts": {"imported": 1, "existing": 0, "skipped": 1},
        "replies": {"imported": 1, "existing": 0, "skipped": 0},
        "reactions": {"imported": 1, "existing": 0, "skipped": 0},
        "files": {"imported": 0, "existing": 0, "skipped": 0},
        "problems": [],
        "skip_reasons": {"posts": {"channel_join": 1}},
    }
    assert "Importing" in result.stderr
    again = json.loads(run("slack", path, "--json").stdout)
    assert again["posts"] == {"imported": 0, "existing": 1, "skipped": 1}


def test_the_report_can_be_read_by_people(run: Run, tmp_path: Path) -> None:
    export = team().say("plans", message("1700000100.000100", "U9", "hi"))
    export.say("plans", message("1700000200.000100", "U1", "joined", subtype="channel_join"))
    result = run("slack", export.folder(tmp_path / "export"))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "People: 3 imported, 0 already there, 0 skipped" in lines
    assert "Posts: 1 imported, 0 already there, 1 skipped" in lines
    assert "  skipped: 1 × channel_join" in lines
    assert "U9 is not in users.json: kept as a deactivated person" in lines
    assert result.stderr == ""


def test_a_failure_is_one_line_and_status_1(run: Run, app: Flask, tmp_path: Path) -> None:
    export = team().say("plans", message("1700000100.000100", "U1", "hi"))
    export.raw["plans/2023-11-20.json"] = b"{"
    for path, named in ((export.zip(tmp_path / "x.zip"), "2023-11-20.json"), ("gone", "gone")):
        result = run("slack", path)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert len(result.stderr.splitlines()) == 1
        assert named in result.stderr
        assert "Nothing was imported" in result.stderr
    with app.app_context():
        assert db.session.execute(select(func.count()).select_from(Post)).scalar_one() == 0


def test_wrong_usage_is_status_2_and_help_is_there(run: Run) -> None:
    assert run("slack").exit_code == 2
    assert run("slack", "x", "--unknown").exit_code == 2
    assert run("--help").exit_code == 0
    assert "folder or a zip file" in run("slack", "--help").output
