"""Twice is the same as once, and what can't be imported leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.channels.models import Change, Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden
from enterprise_social.integrations.actions import import_slack
from enterprise_social.integrations.slack.archive import open_archive
from enterprise_social.integrations.slack.problems import ImportProblem
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Mention, Post
from tests.integrations.exports import message, team, user
from tests.integrations.imported import (
    add_person,
    all_posts,
    moment,
    nothing_is_here,
    run_import,
)

pytestmark = pytest.mark.usefixtures("database")


def test_twice_the_same_is_the_same(tmp_path: Path) -> None:
    root = moment(1)
    export = team()
    export.users.append(user("U3", "cem", email=None, deleted=True))
    export.groups = [{"id": "G1", "name": "secret", "members": ["U1"]}]
    export.dms = [{"id": "D1", "members": ["U1", "U2"]}]
    export.say(
        "plans",
        message(root, "U1", "root", thread_ts=root, reactions=[{"name": "ok", "users": ["U2"]}]),
        message(moment(2), "U9", "reply", thread_ts=root, files=[{"id": "F1", "name": "a"}]),
        message(moment(3), None, "beep", subtype="bot_message", username="Bell"),
    )
    export.say("D1", message(moment(4), "U2", "psst"))
    first = run_import(export, tmp_path).as_dict()

    def all_rows() -> list[Any]:
        tables = (Person, Channel, Membership, Change, Post, Mention)
        return [
            sorted(map(repr, db.session.execute(select(*table.__table__.columns)).all()))
            for table in tables
        ]

    before = all_rows()
    second = run_import(export, tmp_path).as_dict()
    assert all_rows() == before
    for sort in ("people", "channels", "posts", "replies", "reactions", "files"):
        assert first[sort]["existing"] == second[sort]["imported"] == 0, sort
        assert first[sort]["imported"] == second[sort]["existing"] > 0, sort


def test_a_direct_conversation_that_is_here_already_is_the_same_one(tmp_path: Path) -> None:
    export = team()
    export.users.append(user("U3", "ana.again", email="ana@example.com"))
    export.dms = [{"id": "D1", "members": ["U1", "U2"]}, {"id": "D2", "members": ["U2", "U3"]}]
    export.say("D1", message(moment(1), "U1", "one")).say("D2", message(moment(2), "U3", "two"))
    run_import(export, tmp_path)
    first, second = all_posts()
    assert first.channel_id == second.channel_id
    assert (first.author_id, first.seq, second.seq) == (second.author_id, 1, 2)


def test_a_broken_file_leaves_nothing_behind(tmp_path: Path) -> None:
    export = team().say("plans", message(moment(1), "U1", "fine"))
    export.raw["plans/2023-11-20.json"] = b'[{"type": "message", '
    with pytest.raises(ImportProblem, match=r"plans/2023-11-20\.json: .*not valid JSON"):
        run_import(export, tmp_path)
    nothing_is_here()


def test_a_file_that_breaks_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    """It was whole when it was read the first time."""
    export = team().say(
        "plans", message(moment(1), "U1", "fine"), message(moment(90_000), "U1", "too")
    )
    folder = export.folder(tmp_path / "export")

    class Spoiler:
        def begin(self, steps: int) -> None:
            self.left = steps // 2

        def step(self) -> None:
            self.left -= 1
            if self.left == 0:
                sorted(folder.glob("plans/*.json"))[-1].write_bytes(b"[")

    with open_archive(folder) as archive, pytest.raises(ImportProblem):
        import_slack(None, archive, Spoiler())
    db.session.expire_all()
    nothing_is_here()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"type": "message", "text": "no time"}, "“ts” is missing"),
        (message("99999999999999.0", "U1", "x"), "“ts” is not a time"),
        (message("soon", "U1", "x"), "“ts” is not a time"),
        (message(moment(2_000_000_000), "U1", "x"), "lies in the future"),
        ({"type": "message", "ts": moment(1), "text": {"a": 1}}, "“text” is not a text"),
        ("hello", "is not an object"),
    ],
)
def test_a_message_that_is_none_is_named(tmp_path: Path, row: Any, said: str) -> None:
    export = team().say("plans", message(moment(1), "U1", "fine"))
    export.raw["plans/2023-11-20.json"] = json.dumps([row]).encode()
    with pytest.raises(ImportProblem, match=said) as refusal:
        run_import(export, tmp_path)
    assert "plans" in str(refusal.value)
    nothing_is_here()


def test_a_folder_of_no_channel_is_told_of(tmp_path: Path) -> None:
    report = run_import(team().say("nowhere", message(moment(1), "U1", "x")), tmp_path)
    assert report.problems == ["nowhere: a folder of no channel, left out"]
    assert all_posts() == []


def test_only_an_admin_may_import(database: SQLAlchemy, tmp_path: Path) -> None:
    ana = add_person(email="ana@example.com", username="ana", name="Ana", role="manager")
    with pytest.raises(Forbidden):
        run_import(team(), tmp_path, ana)
    boss = add_person(email="b@example.com", username="boss", name="Boss", role="admin")
    assert run_import(team(), tmp_path, boss).people.imported == 1
