"""A word rule holds wherever somebody writes what others read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.announcements.actions import create_draft, grant_right
from enterprise_social.channels.actions import create_channel, update_channel
from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.screening import PLACES, Refused
from enterprise_social.files.actions import describe_file, store_file
from enterprise_social.messages.actions import (
    make_channel_of,
    name_conversation,
    start_conversation,
)
from enterprise_social.moderation.words.actions import create_rule, switch_rule
from enterprise_social.moderation.words.models import WordHit, WordRule
from enterprise_social.people.actions import create_person, update_person
from enterprise_social.people.actions.fields import define_field
from enterprise_social.people.actions.groups import create_group, update_group
from enterprise_social.people.actions.presence import set_status
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.actions.skills import endorse, set_skills
from enterprise_social.people.actions.values import set_values
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import edit_post
from enterprise_social.posts.models import Post
from tests.making import make_channel, make_person, write

MESSAGE = "We don't talk about the heron."
HERON = "the heron landed"


@dataclass
class World:
    """Who writes, and where."""

    ada: Person
    bo: Person
    channel: Channel
    post: Post


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """Ada, an admin, and Bo, in a channel with a post."""
    with app.app_context():
        ada, bo = make_person("Ada", role="admin"), make_person("Bo")
        channel = make_channel(ada, "yard", bo)
        yield World(ada, bo, channel, write(ada, channel, "fine"))


def rule(effect: str, pattern: str = "heron", **fields: Any) -> WordRule:
    """Put a rule in force."""
    made = create_rule(None, name="Birds", pattern=pattern, effect=effect, **fields)
    return switch_rule(None, made, "on")


def _told(**fields: Any) -> Callable[[World], Any]:
    return lambda world: update_profile(world.ada, world.ada, **fields)


def _custom(world: World) -> Any:
    field = define_field(world.ada, name="Pets", kind="text")
    return set_values(world.ada, world.ada, {field.key: HERON})


def _praised(world: World) -> Any:
    [skill] = set_skills(world.bo, world.bo, ["Rowing"])
    return endorse(world.ada, world.bo, skill, HERON)


def _described(world: World) -> Any:
    file = store_file(world.ada, io.BytesIO(b"text"), "a.txt")
    return describe_file(world.ada, file, HERON)


def _announced(**fields: Any) -> Callable[[World], Any]:
    def announce(world: World) -> Any:
        grant_right(None, world.ada, "everyone")
        return create_draft(world.ada, **fields)

    return announce


def _conversation(world: World) -> Channel:
    return start_conversation(world.ada, [world.bo.id])[0]


# Every way to write what others read, with the place that a rule names for it.
WRITES: dict[str, tuple[str, Callable[[World], Any]]] = {
    "post": ("posts", lambda w: write(w.bo, w.channel, HERON)),
    "reply": ("posts", lambda w: write(w.bo, w.channel, HERON, parent_id=w.post.id)),
    "edit": ("posts", lambda w: edit_post(w.ada, w.post, HERON)),
    "bold inside a word": ("posts", lambda w: write(w.bo, w.channel, "the he**r**on")),
    "message": ("messages", lambda w: write(w.ada, _conversation(w), HERON)),
    "announcement": ("announcements", _announced(title=HERON)),
    "announcement's text": ("announcements", _announced(title="Birds", body=HERON)),
    "name": ("profiles", lambda w: update_person(w.bo, w.bo, name="Heron")),
    "new person": ("profiles", lambda w: create_person(None, email="h@example.org", name="Heron")),
    "about": ("profiles", _told(about=HERON)),
    "topics": ("profiles", _told(topics=["boats", HERON])),
    "experience": (
        "profiles",
        _told(experience=[{"title": HERON, "organisation": "", "from_month": "2020-01",
                           "until_month": None, "text": ""}]),
    ),
    "own field": ("profiles", _custom),
    "skill": ("profiles", lambda w: set_skills(w.bo, w.bo, ["Heron"])),
    "praise": ("profiles", _praised),
    "status": ("profiles", lambda w: set_status(w.bo, "", HERON)),
    "channel": ("channels", lambda w: create_channel(w.ada, "heron")),
    "topic": ("channels", lambda w: update_channel(w.ada, w.channel, topic=HERON)),
    "purpose": ("channels", lambda w: update_channel(w.ada, w.channel, purpose=HERON)),
    "conversation's name": (
        "channels",
        lambda w: name_conversation(w.ada, _conversation(w), HERON),
    ),
    "channel of a conversation": (
        "channels",
        lambda w: make_channel_of(w.ada, _conversation(w), HERON),
    ),
    "group": ("groups", lambda w: create_group(w.ada, "Heron")),
    "group's purpose": (
        "groups",
        lambda w: update_group(w.ada, create_group(w.ada, "Crew"), purpose=HERON),
    ),
    "file's name": ("files", lambda w: store_file(w.bo, io.BytesIO(b"x"), "heron.txt")),
    "file's description": ("files", _described),
}  # fmt: skip
SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@SQLITE
def test_every_way_to_write_is_refused_with_the_rules_message(world: World) -> None:
    rule("refuse", message=MESSAGE)

    for name, (_place, attempt) in WRITES.items():
        with pytest.raises(Invalid) as refusal:
            attempt(world)
        assert MESSAGE in sum(refusal.value.errors.values(), []), name
        assert "heron" not in refusal.value.detail.replace(MESSAGE, "").casefold(), name
    assert {place for place, _attempt in WRITES.values()} == set(PLACES)


@SQLITE
def test_a_rule_holds_only_where_it_says(world: World) -> None:
    made = rule("refuse", message=MESSAGE, places=["groups"])

    for name, (place, attempt) in WRITES.items():
        if place == "groups":
            with pytest.raises(Refused):
                attempt(world)
        elif name != "bold inside a word":
            attempt(world)
    assert db.session.get_one(WordRule, made.id).hit_count == 2


@SQLITE
def test_every_way_to_write_is_said_otherwise_by_a_rule_that_replaces(world: World) -> None:
    made = rule("replace", replacement="egret")

    for name, (_place, attempt) in WRITES.items():
        if name == "bold inside a word":
            # What is hidden between markup can't be cut out of it.
            with pytest.raises(Refused):
                attempt(world)
        else:
            attempt(world)

    said = [post.plain for post in db.session.scalars(select(Post))]
    assert not any("heron" in text for text in said)
    assert sum("the egret landed" in text for text in said) == 4
    assert db.session.get_one(Person, world.bo.id).name == "egret"
    effects = set(db.session.scalars(select(WordHit.effect).where(WordHit.rule_id == made.id)))
    assert effects == {"replace", "refuse"}
