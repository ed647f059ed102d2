"""Unread and mention counts equal a plain recount after whatever people do."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from enterprise_social.channels.actions import (
    add_member,
    join_channel,
    leave_channel,
    mark_read,
    remove_member,
)
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.feed.queries import rail
from enterprise_social.feed.queries.rail import RailItem
from enterprise_social.messages.actions import start_conversation
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, edit_post, restore_post
from enterprise_social.posts.models import Post
from tests.making import fresh, make_channel, make_person, sign_in, write

NAMES = ("ada", "bo", "cem")


class World:
    """Three people in two channels and a conversation."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.people = [make_person(name.title(), username=f"{name}{seed}") for name in NAMES]
        owner = make_person()
        self.owner = owner
        self.channels = [make_channel(owner, "", *self.people) for _ in range(2)]
        self.channels.append(start_conversation(self.people[0], [self.people[1].id])[0])
        self.posts: list[Post] = []

    def member(self, channel: Channel) -> Person | None:
        ids = set(
            db.session.scalars(
                select(Membership.person_id).where(Membership.channel_id == channel.id)
            )
        )
        here = [person for person in self.people if person.id in ids]
        return self.random.choice(here) if here else None

    def step(self, what: str) -> None:
        channel = self.random.choice(self.channels)
        author = self.member(channel)
        if author is None:
            return
        getattr(self, what)(channel, author)

    def say(self, channel: Channel, author: Person) -> None:
        named = self.random.choice(["", f"@{self.random.choice(self.people).username}", "@channel"])
        self.posts.append(write(author, channel, f"words {named}", confirm_mention_all=True))

    def reply(self, channel: Channel, author: Person) -> None:
        roots = [
            post for post in self.posts if post.channel_id == channel.id and not post.parent_id
        ]
        roots = [post for post in roots if not fresh(post).deleted]
        if roots:
            named = f"@{self.random.choice(self.people).username}"
            both = self.random.random() < 0.5
            root = self.random.choice(roots)
            reply = write(author, channel, named, parent_id=root.id, also_in_channel=both)
            self.posts.append(reply)

    def edit(self, channel: Channel, author: Person) -> None:
        for post in self.mine(author):
            named = self.random.choice(["", f"@{self.random.choice(self.people).username}"])
            edit_post(author, post, f"edited {self.random.random()} {named}")

    def delete(self, channel: Channel, author: Person) -> None:
        for post in self.mine(author):
            delete_post(author, post)

    def restore(self, channel: Channel, author: Person) -> None:
        for post in self.posts[-3:]:
            owner = db.session.get(Person, post.author_id)
            here = db.session.get(Membership, (post.channel_id, owner.id), populate_existing=True)
            if fresh(post).deleted and here is not None:
                restore_post(owner, post)

    def mine(self, author: Person) -> list[Post]:
        found = [
            post
            for post in self.posts
            if post.author_id == author.id
            and not fresh(post).deleted
            and db.session.get(Membership, (post.channel_id, author.id), populate_existing=True)
        ]
        return self.random.sample(found, min(1, len(found)))

    def read(self, channel: Channel, author: Person) -> None:
        mark_read(author, channel, self.random.randint(0, fresh(channel).seq))

    def leave(self, channel: Channel, author: Person) -> None:
        if channel.kind != "direct":
            leave_channel(author, channel)

    def remove(self, channel: Channel, author: Person) -> None:
        if channel.kind != "direct":
            remove_member(self.owner, channel, author)

    def join(self, channel: Channel, author: Person) -> None:
        if channel.kind != "direct":
            for person in self.people:
                join_channel(person, channel)

    def invite(self, channel: Channel, author: Person) -> None:
        if channel.kind != "direct":
            add_member(author, channel, self.random.choice(self.people))


def recount(person: Person, membership: Membership) -> tuple[int, int]:
    """Count unread posts and mentions post by post, with no shortcut of the application."""
    posts = db.session.scalars(
        select(Post).where(Post.channel_id == membership.channel_id, Post.seq > membership.read_seq)
    ).all()
    alive = [post for post in posts if post.deleted_at is None and post.author_id != person.id]
    unread = [post for post in alive if post.in_stream]
    named = [post for post in alive if person.id in post.mention_ids or post.mentions_all]
    return len(unread), len(named)


def items(person: Person) -> dict[int, RailItem]:
    mine = rail(person)
    listed = [*mine.starred, *mine.unread, *mine.channels, *mine.directs]
    return {item.channel_id: item for item in listed}


STEPS = (
    "say",
    "say",
    "reply",
    "edit",
    "delete",
    "restore",
    "read",
    "leave",
    "join",
    "remove",
    "invite",
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(STEPS), min_size=5, max_size=40), st.integers(0, 10**6))
def test_counts_equal_a_plain_recount(app: Flask, steps: list[str], seed: int):
    with app.app_context():
        world = World(int(f"{seed}{db.session.scalar(select(func.count()).select_from(Person))}"))
        for step in steps:
            world.step(step)
        db.session.rollback()
        db.session.expire_all()
        for person in world.people:
            shown = items(person)
            memberships = db.session.scalars(
                select(Membership).where(Membership.person_id == person.id)
            ).all()
            assert set(shown) == {membership.channel_id for membership in memberships}
            for membership in memberships:
                item = shown[membership.channel_id]
                unread, named = recount(person, membership)
                if item.kind == "direct":
                    assert (item.unread, item.mentions) == (unread > 0, unread)
                else:
                    assert (item.unread, item.mentions) == (unread > 0, named)
            db.session.rollback()


def test_what_one_device_reads_the_other_hears_of(app: Flask):
    told: list[tuple[str, dict, str]] = []

    class Recorder:
        def emit(self, event, payload, room):
            told.append((event, payload, room))

        def control(self, command, arguments):
            pass

    app.extensions["live"].transport = Recorder()
    with app.app_context():
        mira, lan = make_person(), make_person()
        channel = make_channel(mira, "", lan)
        post = write(mira, channel)
        mark_read(lan, channel, post.seq)
        app.extensions["live"].flush()
        assert (
            "read_changed",
            {"channel_id": channel.id, "seq": post.seq},
            f"person:{lan.id}",
        ) in [
            (event, {key: payload[key] for key in ("channel_id", "seq")}, room)
            for event, payload, room in told
            if event == "read_changed"
        ]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_rail_costs_the_same_for_one_channel_and_for_many(app: Flask, count_queries):
    with app.app_context():
        mira, lan = make_person(), make_person()

        def cost(channels: int) -> int:
            for _ in range(channels):
                write(mira, make_channel(mira, "", lan), "@channel hello")
            with count_queries() as counted:
                rail(lan)
            return len(counted)

        assert cost(1) == cost(20)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_programs_hear_of_every_channel_however_many_are_quiet(app: Flask):
    with app.app_context():
        mira = make_person()
        channels = {make_channel(mira).id for _ in range(70)}
        answer = sign_in(app, mira).get("/api/v1/unread").get_json()
        assert {item["channel_id"] for item in answer["items"]} == channels
        assert len(rail(mira).channels) < 70
