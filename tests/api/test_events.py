"""Catching up by the channel's log of changes."""

from __future__ import annotations

from sqlalchemy import delete

from enterprise_social.channels.actions import set_archived
from enterprise_social.channels.models import Change, Channel
from enterprise_social.core.db import db
from enterprise_social.posts.actions import delete_post, edit_post, restore_post, set_pinned
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import fresh, write


def test_every_kind_of_change_is_told_in_order_without_gaps(world: World, ada: Caller) -> None:
    channel, start = world.public, fresh(world.public).seq
    root = write(world.ada, channel, "root", client_id="secret-name")
    reply = write(world.bo, channel, "reply", parent_id=root.id)
    edit_post(world.bo, reply, "better reply")
    delete_post(world.bo, reply)
    restore_post(world.bo, reply)
    set_pinned(world.ada, root, True)
    ada.patch(f"/channels/{channel.id}", topic="Tides")
    ada.put(f"/channels/{channel.id}/members/{world.cy.id}", 201)
    ada.delete(f"/channels/{channel.id}/members/{world.bo.id}")
    set_archived(world.ada, channel, True)
    path = f"/channels/{channel.id}/events"
    events = ada.walk(path, after=start, limit=3)
    assert [event["type"] for event in events] == [
        "post_created",
        "post_created",
        "post_updated",
        "post_deleted",
        "post_updated",
        "post_updated",
        "channel_changed",
        "membership_changed",
        "membership_changed",
        "channel_changed",
    ]
    assert [event["seq"] for event in events] == list(range(start + 1, start + 11))
    # From the rows as they are now, and without what only the author may see.
    assert events[1]["post"]["body"] == "better reply"
    assert "client_id" not in events[0]["post"]
    assert (events[7]["user_id"], events[7]["state"]) == (world.cy.id, "joined")
    assert (events[8]["user_id"], events[8]["state"]) == (world.bo.id, "left")
    assert events[9]["channel"]["archived"] is True


def test_after_and_limit_say_where_to_go_on(world: World, ada: Caller) -> None:
    for _ in range(5):
        write(world.ada, world.public)
    path, end = f"/channels/{world.public.id}/events", fresh(world.public).seq
    page = ada.get(path, after=end - 3, limit=2)
    assert [event["seq"] for event in page["items"]] == [end - 2, end - 1]
    assert page["seq"] == end
    assert page["next_cursor"] is not None
    last = ada.get(path, after=end - 1)
    assert (len(last["items"]), last["next_cursor"]) == (1, None)
    assert ada.get(path, after=end) == {"items": [], "next_cursor": None, "seq": end}
    assert ada.get(path, after=end + 1000)["items"] == []


def test_a_log_that_no_longer_reaches_back_says_where_the_channel_stands(
    world: World, ada: Caller
) -> None:
    for _ in range(5):
        write(world.ada, world.public)
    end = fresh(world.public).seq
    db.session.execute(
        delete(Change).where(Change.channel_id == world.public.id, Change.seq <= end - 2)
    )
    db.session.commit()
    path = f"/channels/{world.public.id}/events"
    assert ada.get(path, 410, after=end - 3)["seq"] == end
    assert len(ada.get(path, after=end - 2)["items"]) == 2
    assert ada.get(path, 410)["status"] == 410


def test_what_an_outsider_is_told_of_a_private_channel_is_nothing(
    world: World, cy: Caller, dee: Caller
) -> None:
    write(world.ada, world.private)
    for stranger in (cy, dee):
        stranger.get(f"/channels/{world.private.id}/events", 404)


def test_state_and_events_equal_fresh_state(world: World, ada: Caller) -> None:
    """A program that applies the events holds what a program that reads anew gets."""
    path = f"/channels/{world.public.id}"
    first = write(world.ada, world.public, "first")
    held = {post["id"]: post for post in ada.walk(f"{path}/posts")}
    seq = db.session.get_one(Channel, world.public.id, populate_existing=True).seq
    write(world.bo, world.public, "reply", parent_id=first.id)
    gone = write(world.bo, world.public, "gone")
    edit_post(world.ada, first, "first, edited")
    delete_post(world.bo, gone)
    for event in ada.walk(f"{path}/events", after=seq, limit=2):
        post = event["post"]
        held[post["id"]] = {**post, "client_id": None}
        parent = held.get(post["parent_id"])
        if event["type"] == "post_created" and parent:
            held[parent["id"]] = ada.get(f"/posts/{parent['id']}")
    held = {number: post for number, post in held.items() if not post["deleted"]}
    assert held == {post["id"]: post for post in ada.walk(f"{path}/posts")}
