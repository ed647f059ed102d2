"""A channel's rules: who posts, replies, calls everyone and adds people, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from enterprise_social.channels.actions import add_member, set_member_role, set_rules
from enterprise_social.channels.models import Channel
from enterprise_social.channels.rules import rules_of
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, TooManyRequests
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import (
    Held,
    approve_held,
    delete_post,
    edit_post,
    refuse_held,
    withdraw,
)
from enterprise_social.posts.actions.holding import put_away_refused
from enterprise_social.posts.models import HeldPost, Post
from enterprise_social.posts.queries import by_client_id
from tests.making import fresh, make_channel, make_person, sign_in, write

SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass
class Yard:
    """A channel with those who lead it and a member."""

    app: Flask
    owner: Person
    moderator: Person
    member: Person
    channel: Channel
    root: Post

    def rule(self, **rules: Any) -> Channel:
        """Set rules as the owner does."""
        self.channel = set_rules(self.owner, self.channel, rules)
        return self.channel


@pytest.fixture
def yard(app: Flask) -> Iterator[Yard]:
    """Everybody in a channel with a post of the member's."""
    with app.app_context():
        owner, moderator, member = make_person("Olga"), make_person("Mo"), make_person("Max")
        channel = make_channel(owner, "yard", moderator, member)
        set_member_role(owner, channel, moderator, "moderator")
        yield Yard(app, owner, moderator, member, channel, write(member, channel, "first"))


@SQLITE
@pytest.mark.parametrize(
    ("rule", "refused"),
    [
        ({"post": "moderators"}, "member posts"),
        ({"post": "owners"}, "member posts, moderator posts"),
        ({"reply": "moderators"}, "member replies"),
        ({"reply": "owners"}, "member replies, moderator replies"),
        ({"mention_all": "moderators"}, "member calls"),
        ({"mention_all": "owners"}, "member calls, moderator calls"),
        ({"invite": "moderators"}, "member invites"),
        ({"invite": "owners"}, "member invites, moderator invites"),
        ({}, ""),
    ],
)
def test_each_rule_stops_whom_it_names_and_nobody_else(
    yard: Yard, rule: dict[str, str], refused: str
) -> None:
    yard.rule(**rule)
    acts = {
        "posts": lambda who: write(who, yard.channel),
        "replies": lambda who: write(who, yard.channel, parent_id=yard.root.id),
        "calls": lambda who: write(who, yard.channel, "@channel", confirm_mention_all=True),
        "invites": lambda who: add_member(who, yard.channel, make_person()),
    }
    if "post" in rule:
        del acts["calls"]
    found = []
    for name in ("member", "moderator", "owner"):
        for verb, act in acts.items():
            try:
                act(getattr(yard, name))
            except Forbidden:
                found.append(f"{name} {verb}")

    assert ", ".join(found) == refused


@SQLITE
def test_only_owners_set_rules_and_each_bad_one_is_named(yard: Yard) -> None:
    with pytest.raises(Forbidden):
        set_rules(yard.moderator, yard.channel, {"read_only": True})
    with pytest.raises(Invalid) as wrong:
        yard.rule(post="nobody", slow_seconds=-1, read_only=1, colour="red", approval="everyone")
    assert set(wrong.value.errors) == {"post", "slow_seconds", "read_only", "colour"}
    assert fresh(yard.channel).rules == {}
    before = yard.channel.seq
    yard.rule(slow_seconds=30)
    assert yard.channel.seq == before + 1
    assert rules_of(yard.channel).slow_seconds == 30
    entry = db.session.query(AuditEntry).filter_by(action="channels.rules").one()
    assert entry.details == {"slow_seconds": {"before": 0, "after": 30}}
    assert yard.rule(slow_seconds=30).seq == before + 1


@SQLITE
def test_in_a_read_only_channel_nobody_writes_or_changes_what_they_wrote(yard: Yard) -> None:
    yard.rule(read_only=True)
    for who in (yard.owner, yard.moderator, yard.member):
        with pytest.raises(Conflict):
            write(who, yard.channel)
        with pytest.raises(Conflict):
            write(who, yard.channel, parent_id=yard.root.id)
    with pytest.raises(Forbidden):
        edit_post(yard.member, yard.root, "changed")
    delete_post(yard.member, yard.root)


def test_in_slow_mode_a_member_waits_between_posts_and_those_who_lead_do_not(yard: Yard) -> None:
    yard.rule(slow_seconds=60)
    with frozen(now() + timedelta(minutes=5)) as advance:
        gone = write(yard.member, yard.channel)
        delete_post(yard.member, gone)
        advance(timedelta(seconds=20))
        with pytest.raises(TooManyRequests) as refusal:
            write(yard.member, yard.channel, parent_id=yard.root.id)
        assert refusal.value.retry_after == 40
        write(yard.owner, yard.channel)
        write(yard.moderator, yard.channel)
        write(yard.moderator, yard.channel)
        advance(timedelta(seconds=39.5))
        with pytest.raises(TooManyRequests):
            write(yard.member, yard.channel)
        advance(timedelta(seconds=0.5))
        write(yard.member, yard.channel)


@SQLITE
def test_the_same_post_sent_again_in_slow_mode_is_the_first_one(yard: Yard) -> None:
    yard.rule(slow_seconds=60)
    with frozen(now() + timedelta(minutes=5)):
        first = write(yard.member, yard.channel, "once", client_id="c1")
        assert write(yard.member, yard.channel, "once", client_id="c1").id == first.id


def test_what_has_to_be_approved_waits_and_is_the_authors_post_then(yard: Yard) -> None:
    yard.rule(approval="everyone")
    with pytest.raises(Held) as waiting:
        write(yard.member, yard.channel, "hello @olga", client_id="c1")
    held = waiting.value.held
    with pytest.raises(Held) as again:
        write(yard.member, yard.channel, "hello @olga", client_id="c1")
    assert again.value.held.id == held.id
    assert by_client_id(yard.member.id, "c1") == held
    with pytest.raises(Forbidden):
        approve_held(make_person(), held)
    with pytest.raises(Conflict):
        approve_held(yard.member, held)

    approve_held(yard.moderator, held)
    post = by_client_id(yard.member.id, "c1")
    assert post is not None
    assert (post.author_id, post.body) == (yard.member.id, "hello @olga")
    assert post.mention_ids == [yard.owner.id]
    approve_held(yard.owner, held)
    assert db.session.query(Post).filter_by(body="hello @olga").count() == 1
    with pytest.raises(Conflict):
        refuse_held(yard.owner, held)
    assert write(yard.member, yard.channel, "hello @olga", client_id="c1").id == post.id


@SQLITE
def test_an_edit_waits_while_the_old_text_stays_and_a_newer_one_takes_its_place(yard: Yard) -> None:
    yard.rule(approval="everyone")
    with pytest.raises(Held) as first:
        edit_post(yard.member, yard.root, "second")
    with pytest.raises(Held) as second:
        edit_post(yard.member, yard.root, "third")
    assert fresh(yard.root).body == "first"
    with pytest.raises(Conflict):
        approve_held(yard.owner, first.value.held)
    approve_held(yard.owner, second.value.held)
    assert fresh(yard.root).body == "third"


@SQLITE
def test_who_is_refused_reads_why_and_what_is_taken_back_is_gone(yard: Yard) -> None:
    yard.rule(approval="everyone")
    helds: list[HeldPost] = []
    for text in ("one crane", "another crane"):
        with pytest.raises(Held) as waiting:
            write(yard.member, yard.channel, text)
        helds.append(waiting.value.held)
    refuse_held(yard.moderator, helds[0], "Not here, please.")
    withdraw(yard.member, helds[1])
    assert [(fresh(held).state, held.note) for held in helds] == [
        ("refused", "Not here, please."),
        ("withdrawn", ""),
    ]
    page = sign_in(yard.app, yard.member).get("/channels/yard").text
    assert "Not here, please." in page
    assert "one crane" in page
    assert "another crane" not in page
    assert db.session.query(Post).count() == 1


@SQLITE
def test_what_is_decided_or_of_somebody_who_left_is_not_kept_beside_the_posts(yard: Yard) -> None:
    yard.rule(approval="everyone")
    helds: list[HeldPost] = []
    for text in ("approved", "refused", "taken back", "waiting"):
        with pytest.raises(Held) as waiting:
            write(yard.member, yard.channel, text)
        helds.append(waiting.value.held)
    approve_held(yard.owner, helds[0])
    refuse_held(yard.owner, helds[1])
    withdraw(yard.member, helds[2])
    assert [fresh(held).body for held in helds] == ["", "refused", "", "waiting"]
    with frozen(now() + timedelta(days=31)):
        put_away_refused()
    assert fresh(helds[1]).body == ""
    deactivate_person(None, yard.member)
    yard.app.extensions["worker"].run_until_idle()
    assert [(held.body, held.state) for held in map(fresh, helds[1:])] == [("", "withdrawn")] * 3


@SQLITE
def test_only_who_came_lately_waits_where_new_members_do(yard: Yard) -> None:
    yard.rule(approval="new")
    with pytest.raises(Held):
        write(yard.member, yard.channel)
    write(yard.moderator, yard.channel)
    with frozen(now() + timedelta(days=15)):
        write(yard.member, yard.channel)


@SQLITE
def test_the_page_says_what_holds(yard: Yard) -> None:
    member = sign_in(yard.app, yard.member)
    yard.rule(post="moderators")
    assert "Only its owners and moderators post here." in member.get("/channels/yard").text
    yard.rule(post="everyone", read_only=True)
    assert "This channel is read-only." in member.get("/channels/yard").text
    yard.rule(read_only=False, slow_seconds=60)
    assert 'data-slow="60"' in member.get("/channels/yard").text
