"""Budgets by count: the statements of a page don't grow with what it shows, nor its bytes much."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core import clock
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import edit_post, set_pinned
from tests.making import make_channel, make_person, sign_in, write

CHANNEL_PAGE_STATEMENTS = 15
CHANNEL_PAGE_BYTES = 120_000
BODY = (
    "The crane at **berth 4** stopped again, see `PLC-17` and https://example.org/log/4711.\n\n"
    "- lamp test done\n- fuse F3 changed\n\nCan @reader look at it before the night shift?"
)


@pytest.fixture
def scene(app: Flask):
    """A channel, its owner and a reader who is signed in."""
    with app.app_context():
        owner, reader = make_person("Owner"), make_person("Reader", username="reader")
        channel = make_channel(owner, "gate", reader)
        root = write(owner, channel, "root")
        yield app, owner, reader, channel, root, sign_in(app, reader)


def fill(owner: Person, reader: Person, channel: Channel, root: Any, number: int) -> None:
    """Write posts of every sort, each with something that needs another table."""
    for index in range(number):
        post = write(owner, channel, BODY, quoted_post_id=root.id)
        reply = write(reader, channel, BODY, parent_id=post.id, also_in_channel=index % 3 == 0)
        write(owner, channel, "again", parent_id=root.id)
        edit_post(reader, reply, f"edited {index} @reader")
        if index % 5 == 0:
            set_pinned(owner, post, True)


PAGES = (
    "/",
    "/channels",
    "/channels/gate",
    "/channels/gate/posts",
    "/channels/gate/details",
    "/channels/gate?at={root}",
    "/channels/gate?thread={root}",
    "/posts/{root}",
    "/posts/{root}/replies",
    "/posts/{root}/revisions",
    "/people",
    "/people/reader",
    "/rail",
    "/suggest?kind=person&q=r",
    "/suggest?kind=hashtag&q=r",
    "/search?q=crane",
)


def test_the_statements_of_every_page_are_constant_in_the_number_of_posts(scene, count_queries):
    _app, owner, reader, channel, root, client = scene

    def costs() -> dict[str, int]:
        found = {}
        for path in PAGES:
            client.get(path.format(root=root.id))
            with count_queries() as counted:
                answer = client.get(path.format(root=root.id))
            assert answer.status_code == 200, path
            found[path] = len(counted)
        return found

    fill(owner, reader, channel, root, 12)
    few = costs()
    fill(owner, reader, channel, root, 30)
    assert costs() == few


def test_a_channel_page_of_50_posts_keeps_its_budgets(scene, count_queries):
    _app, owner, reader, channel, root, client = scene
    fill(owner, reader, channel, root, 50)
    client.get("/channels/gate")
    with count_queries() as counted:
        page = client.get("/channels/gate")
    assert page.get_data(as_text=True).count('<article class="post') >= 50
    assert len(counted) <= CHANNEL_PAGE_STATEMENTS, "\n".join(counted)
    assert len(page.data) <= CHANNEL_PAGE_BYTES


def test_writing_costs_the_same_among_10000_members(scene, count_queries):
    _app, owner, _reader, channel, _root, _client = scene

    def cost() -> int:
        with count_queries() as counted:
            write(owner, channel, "@channel @reader #tag", confirm_mention_all=True)
        return len(counted)

    before = cost()
    many(channel, 10_000)
    assert cost() == before


def test_the_pages_of_a_channel_of_10000_show_one_page_of_them(scene, count_queries):
    _app, _owner, _reader, channel, _root, client = scene
    client.get("/channels/gate/details")
    with count_queries() as counted:
        client.get("/channels/gate/details")
    few = len(counted)
    many(channel, 10_000)
    with count_queries() as counted:
        page = client.get("/channels/gate/details")
    assert len(counted) == few
    assert len(page.data) < CHANNEL_PAGE_BYTES


def test_2000_channels_are_browsed_page_by_page_and_each_is_shown_once(scene, count_queries):
    app, _owner, reader, _channel, _root, client = scene
    moment = clock.now()
    rows = [
        {"slug": f"c{n}", "name": f"c {n % 7}", "kind": "public", "topic": "", "purpose": "",
         "created_at": moment, "seq": 0, "last_post_seq": 0, "member_count": 0}
        for n in range(2000)
    ]  # fmt: skip
    db.session.execute(insert(Channel), rows)
    db.session.execute(
        insert(Membership).from_select(
            ["channel_id", "person_id", "role", "notify", "starred", "read_seq", "joined_at"],
            db.select(
                Channel.id, db.literal(reader.id), db.literal("member"), db.literal("all"),
                db.literal(False), db.literal(0), db.literal(moment, Membership.joined_at.type),
            ).where(Channel.slug.like("c%")),
        )
    )  # fmt: skip
    db.session.commit()
    seen: list[int] = []
    cursor = ""
    while True:
        with count_queries() as counted:
            page = client.get(f"/api/v1/channels?limit=200{cursor}").json
        assert len(counted) < 8
        seen += [channel["id"] for channel in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 2001
    with count_queries() as counted:
        channel_page = client.get("/channels/gate")
    assert len(counted) <= CHANNEL_PAGE_STATEMENTS
    assert len(channel_page.data) <= CHANNEL_PAGE_BYTES


def many(channel: Channel, number: int) -> None:
    """Put many people into a channel at once."""
    moment = clock.now()
    people = [
        {"email": f"m{n}@example.org", "username": f"m{n}", "name": f"Member {n}",
         "role": "employee", "title": "", "department": "", "location": "", "pronouns": "",
         "phone": "", "time_zone": "UTC", "locale": "en", "is_bot": False, "created_at": moment,
         "version": 1}
        for n in range(number)
    ]  # fmt: skip
    ids = list(db.session.scalars(insert(Person).returning(Person.id), people))
    db.session.execute(
        insert(Membership),
        [
            {
                "channel_id": channel.id,
                "person_id": each,
                "role": "member",
                "notify": "all",
                "starred": False,
                "read_seq": 0,
                "joined_at": moment,
            }
            for each in ids
        ],  # fmt: skip
    )
    channel.member_count += number
    db.session.commit()
