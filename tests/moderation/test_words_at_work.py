"""Word rules in force: what is counted and flagged, in files, in imports, on every process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.channels.models import Channel
from enterprise_social.core import settings
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.core.screening import Asked, Refused, judge
from enterprise_social.files.actions import store_file
from enterprise_social.integrations.actions.people_imports import confirm_people_import
from enterprise_social.messages.actions import begin_conversation
from enterprise_social.moderation.models import Case
from enterprise_social.moderation.words.actions import (
    create_rule,
    forget_hits,
    rules,
    switch_rule,
    update_rule,
)
from enterprise_social.moderation.words.models import WordHit, WordRule
from enterprise_social.moderation.words.queries import trial
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_email
from enterprise_social.posts.actions import Held, approve_held, holding
from enterprise_social.posts.models import HeldPost, Post
from tests.integrations.exports import message, team
from tests.integrations.imported import channel_named, moment, run_import
from tests.integrations.lists import as_csv, give, problems, work
from tests.making import fresh, make_channel, make_person, write

SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def ada(app: Flask) -> Iterator[Person]:
    """An admin, inside the application."""
    with app.app_context():
        yield make_person("Ada", role="admin")


def rule(effect: str, pattern: str = "heron", **fields: Any) -> WordRule:
    """Put a rule in force."""
    return switch_rule(
        None, create_rule(None, name="Birds", pattern=pattern, effect=effect, **fields), "on"
    )


def hits(made: WordRule) -> list[tuple[str, str, str]]:
    """What a rule matched: what it did, where, and to what."""
    rows = db.session.scalars(
        select(WordHit).where(WordHit.rule_id == made.id).order_by(WordHit.id)
    )
    return [(row.effect, row.place, row.target) for row in rows]


def test_what_matches_is_counted_and_what_was_refused_is_not_kept(ada: Person) -> None:
    refusing, flagging = rule("refuse", "heron"), rule("flag", "egret")
    channel = make_channel(ada)
    with pytest.raises(Refused):
        write(ada, channel, "a heron")
    with pytest.raises(Refused):
        begin_conversation(ada, [make_person().id], "a heron")
    assert db.session.query(Channel).filter_by(kind="direct").count() == 0
    post = write(ada, channel, "an egret")
    assert hits(refusing) == [("refuse", "posts", ""), ("refuse", "messages", "")]
    assert hits(flagging) == [("flag", "posts", f"post:{post.id}")]
    assert fresh(refusing).hit_count == 2
    with frozen(now() + timedelta(days=366)):
        assert forget_hits() == 3
    assert hits(refusing) == []


@SQLITE
def test_what_is_flagged_stands_and_is_a_case_for_those_who_judge(app: Flask, ada: Person) -> None:
    rule("flag", places=["posts", "profiles"])
    post = write(ada, make_channel(ada), "a heron")
    work(app)
    case = db.session.query(Case).one()
    assert (case.kind, case.target_kind, case.target_id) == ("flagged", "post", post.id)
    assert (case.reason, case.channel_id) == ("Birds", post.channel_id)
    assert not fresh(post).deleted


@SQLITE
def test_the_first_message_of_a_conversation_waits_and_the_conversation_is_there(
    ada: Person,
) -> None:
    rule("hold")
    bo = make_person("Bo")
    channel, waiting = begin_conversation(bo, [ada.id], "a heron")
    assert isinstance(waiting, HeldPost)
    assert waiting.level == "organisation"
    with pytest.raises(Conflict):
        approve_held(bo, waiting)
    approve_held(make_person("Cy", role="admin"), waiting)
    assert db.session.query(Post).one().channel_id == channel.id


@SQLITE
def test_a_post_with_a_file_that_says_it_is_hidden_until_somebody_looks(
    app: Flask, ada: Person
) -> None:
    rule("refuse", places=["files"])
    channel = make_channel(ada)
    early = store_file(ada, io.BytesIO(b"where the heron lives"), "early.txt")
    work(app)
    late = store_file(ada, io.BytesIO(b"the heron again"), "late.txt")
    posts = [write(ada, channel, file_ids=[file.id]) for file in (early, late)]
    fine = write(ada, channel, "a heron in the text is another place")
    work(app)
    assert [fresh(post).hidden for post in (*posts, fine)] == [True, True, False]
    assert {case.target_id for case in db.session.query(Case)} == {post.id for post in posts}
    app.extensions["worker"].run_until_idle()
    assert db.session.query(WordHit).count() == 2


@SQLITE
def test_an_import_leaves_out_what_a_rule_stops_and_says_so(
    app: Flask, ada: Person, tmp_path: Path
) -> None:
    stopping, replacing = rule("refuse", "heron"), rule("replace", "egret", replacement="bird")
    holding = rule("hold", "stork")
    export = team().say(
        "plans",
        message(moment(1), "U1", "the heron"),
        message(moment(2), "U1", "an *egret* came"),
        message(moment(3), "U2", "a stork"),
        message(moment(4), "U2", "nothing"),
    )
    export.channels[0]["topic"] = {"value": "The heron"}
    report = run_import(export, tmp_path)
    said = [post.plain for post in db.session.query(Post).order_by(Post.id)]
    assert said == ["an bird came", "nothing"]
    assert report.posts.skipped == 2
    assert channel_named("plans").topic == ""
    assert [len(hits(each)) for each in (stopping, replacing, holding)] == [2, 1, 0]


@SQLITE
def test_a_list_of_people_leaves_out_lines_that_a_rule_stops(app: Flask, ada: Person) -> None:
    rule("refuse", message="No birds here.")
    rows = [
        ("email", "name", "title"),
        ("a@x.example", "Ann", "Heron"),
        ("b@x.example", "Bea", "Cook"),
    ]
    found = give(app, ada, as_csv(rows))
    confirm_people_import(ada, found, found.turn)
    work(app)
    assert by_email("a@x.example") is None
    assert by_email("b@x.example") is not None
    assert list(problems(fresh(found)).values()) == ["No birds here."]


@SQLITE
def test_rules_are_compiled_once_a_change_and_hold_at_once(app: Flask, ada: Person) -> None:
    asked = Asked("posts", "a heron and an egret")
    made = rule("replace", replacement="bird")
    assert judge(asked).text == "a bird and an egret"
    compiled = app.extensions["word_rules"]
    assert judge(asked).text == "a bird and an egret"
    assert app.extensions["word_rules"] is compiled
    update_rule(None, made, pattern="egret")
    assert judge(asked).text == "a heron and an bird"
    switch_rule(None, made, "off")
    assert judge(asked).text == asked.written
    # Another process hears only that the settings changed, and reads the rules anew.
    app.extensions["word_rules"] = compiled
    settings.forget(app)
    assert judge(asked).text == asked.written


@SQLITE
def test_there_are_only_so_many_rules(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_RULES", 3)
    for _each in range(3):
        create_rule(None, name="Birds", pattern="heron", effect="flag")
    with pytest.raises(Conflict):
        create_rule(None, name="Birds", pattern="heron", effect="flag")


@SQLITE
def test_the_month_is_looked_through_piece_by_piece(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "BATCH", 50)
    channel = make_channel(ada)
    with frozen(now() - timedelta(days=31)):
        write(ada, channel, "heron of old")
    for number in range(62):
        write(ada, channel, f"heron {number}" if number % 10 == 0 else f"duck {number}")
    made = create_rule(None, name="Birds", pattern="heron", effect="flag")
    first = trial.try_month(ada, made, seconds=0)
    assert (first.looked, first.matched, first.more is not None) == (50, 5, True)
    rest = trial.try_month(ada, made, before=first.more, seconds=0)
    assert (rest.looked, rest.matched, rest.more) == (12, 2, None)
    assert all(match.matched == "heron" for match in first.shown)


@SQLITE
def test_so_much_of_somebody_waits_and_no_more(
    ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "MOST_WAITING", 3)
    rule("hold")
    channel = make_channel(ada)
    for _each in range(3):
        with pytest.raises(Held):
            write(ada, channel, "a heron")
    with pytest.raises(Conflict):
        write(ada, channel, "a heron")
