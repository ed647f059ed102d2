"""Posts, replies, histories, pins and drafts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from enterprise_social.channels.actions import add_member, remove_member
from enterprise_social.core import clock
from enterprise_social.core.clock import now
from enterprise_social.posts.actions import delete_post, edit_post, save_draft, set_pinned
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import make_channel, make_person, write


def test_a_post_comes_back_as_it_was_sent(world: World, bo: Caller, ada: Caller) -> None:
    body = "    indented\n\n**bold** @ada #harbour 🎉  "
    path = f"/channels/{world.public.id}/posts"
    made = bo.post(path, body=body, client_id="one")
    assert made["body"] == body
    assert "<strong>bold</strong>" in made["html"]
    assert made["mentions"] == [world.ada.id]
    assert (made["author"]["username"], made["client_id"]) == ("bo", "one")
    seen = ada.get(f"/posts/{made['id']}")
    assert seen["client_id"] is None
    assert {**seen, "client_id": "one"} == made
    assert ada.get(path)["items"] == [seen]


def test_the_same_client_id_again_gives_the_same_post(
    world: World, bo: Caller, ada: Caller
) -> None:
    path = f"/channels/{world.public.id}/posts"
    first = bo.post(path, body="once", client_id="a-1")
    assert bo.post(path, 200, body="once, differently", client_id="a-1") == first
    assert ada.post(path, body="mine", client_id="a-1")["id"] != first["id"]
    assert len(bo.walk(path)) == 2
    bo.post(f"/channels/{world.private.id}/posts", 409, body="elsewhere", client_id="a-1")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"body": ""}, "body"),
        ({"body": " \n\t"}, "body"),
        ({"body": "\u0000"}, "body"),
        ({"body": "x" * 20_001}, "body"),
        ({"body": None}, "body"),
        ({"body": ["x"]}, "body"),
        ({"body": "x", "client_id": "c" * 65}, "client_id"),
        ({"body": "x", "client_id": "a\u0000b"}, "client_id"),
        ({"body": "x", "client_id": ""}, "client_id"),
        ({"body": "x", "parent_id": 2**63}, "parent_id"),
        ({"body": "x", "parent_id": "1"}, "parent_id"),
        ({"body": "x", "quoted_post_id": 999_999}, "quoted_post_id"),
        ({"body": "x", "also_in_channel": 1}, "also_in_channel"),
        ({"body": "x", "file_ids": [1]}, "file_ids"),
        ({"body": "x", "type": "poll"}, "type"),
        ({"body": "x", "author_id": 1}, "author_id"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_wrong_with_a_post_is_named(
    world: World, bo: Caller, body: dict[str, object], field: str
) -> None:
    problem = bo.post(f"/channels/{world.public.id}/posts", 422, **body)
    assert list(problem["errors"]) == [field]


def test_the_longest_text_is_taken_whatever_its_letters(world: World, bo: Caller) -> None:
    body = "𝔘" * 20_000
    made = bo.call(
        "POST",
        f"/channels/{world.public.id}/posts",
        201,
        data='{"body": "' + "\\ud835\\udd18" * 20_000 + '"}',
        content_type="application/json",
    )
    assert made["body"] == body


def test_who_may_not_write_is_told_so_or_told_nothing(world: World, cy: Caller) -> None:
    cy.post(f"/channels/{world.public.id}/posts", 403, body="x")
    cy.post(f"/channels/{world.private.id}/posts", 404, body="x")
    cy.post("/channels/999999/posts", 404, body="x")


def test_everyone_is_called_upon_only_after_asking(world: World) -> None:
    channel = make_channel(world.ada, "Large")
    for _ in range(51):
        add_member(world.ada, channel, make_person())
    ada, path = world.caller(world.ada), f"/channels/{channel.id}/posts"
    problem = ada.post(path, 409, body="@channel fire drill")
    assert problem["type"].endswith("confirm-mention-all")
    assert problem["count"] == 52
    made = ada.post(path, body="@channel fire drill", confirm_mention_all=True)
    assert made["mentions_all"] is True


def test_posts_are_walked_newest_first_exactly_once_replies_among_them(
    world: World, bo: Caller
) -> None:
    moment = now()
    with clock.frozen(moment) as advance:  # many at the same moment: the id decides
        roots = [write(world.ada, world.public) for _ in range(7)]
        advance(timedelta(seconds=1))
        replies = [write(world.bo, world.public, parent_id=roots[0].id) for _ in range(4)]
    ids = [post.id for post in reversed(roots + replies)]
    path = f"/channels/{world.public.id}/posts"
    assert [post["id"] for post in bo.walk(path, limit=3)] == ids
    assert [post["id"] for post in bo.walk(path, limit=1)] == ids
    roots_only = bo.walk(path, limit=2, root_only="true")
    assert [post["id"] for post in roots_only] == [post.id for post in reversed(roots)]


def test_a_post_written_while_walking_moves_no_other(world: World, bo: Caller) -> None:
    posts = [write(world.ada, world.public) for _ in range(4)]
    path = f"/channels/{world.public.id}/posts"
    page = bo.get(path, limit=2)
    write(world.ada, world.public)
    rest = bo.get(path, limit=2, cursor=page["next_cursor"])
    seen = [post["id"] for post in page["items"] + rest["items"]]
    assert seen == [post.id for post in reversed(posts)]


def test_replies_stand_in_their_thread_oldest_first(world: World, ada: Caller, bo: Caller) -> None:
    root = write(world.ada, world.public)
    path = f"/channels/{world.public.id}/posts"
    first = bo.post(path, body="one", parent_id=root.id)
    shown = bo.post(path, body="two", parent_id=first["id"], also_in_channel=True)
    others = [bo.post(path, body="more", parent_id=root.id) for _ in range(3)]
    assert shown["parent_id"] == root.id
    assert shown["also_in_channel"] is True
    ids = [first["id"], shown["id"], *(post["id"] for post in others)]
    assert [post["id"] for post in bo.walk(f"/posts/{root.id}/replies", limit=2)] == ids
    assert [post["id"] for post in bo.walk(f"/posts/{first['id']}/replies")] == ids
    assert ada.get(f"/posts/{root.id}")["reply_count"] == 5
    bo.post(path, 404, body="x", parent_id=999_999)
    elsewhere = write(world.ada, world.private)
    bo.post(path, 404, body="x", parent_id=elsewhere.id)


def test_an_edit_keeps_what_was_said(world: World, ada: Caller, bo: Caller) -> None:
    post = write(world.bo, world.public, "version 0")
    for number in range(1, 5):
        edited = bo.patch(f"/posts/{post.id}", body=f"version {number}")
    assert edited["body"] == "version 4"
    assert edited["edited_at"] is not None
    history = ada.walk(f"/posts/{post.id}/revisions", limit=2)
    assert [one["body"] for one in history] == [f"version {number}" for number in (3, 2, 1, 0)]
    ada.patch(f"/posts/{post.id}", 403, body="mine now")
    bo.patch(f"/posts/{post.id}", 422, body=" ")


def test_a_deleted_post_says_nothing_more_and_comes_back(
    world: World, ada: Caller, bo: Caller, cy: Caller
) -> None:
    post = write(world.bo, world.public, "secret word")
    edit_post(world.bo, post, "other word")
    path = f"/posts/{post.id}"
    cy.delete(path, 403)
    bo.delete(path)
    bo.delete(path)
    gone = ada.get(path)
    assert (gone["deleted"], gone["body"], gone["html"]) == (True, "", "")
    ada.get(f"{path}/revisions", 404)
    assert ada.walk(f"/channels/{world.public.id}/posts") == []
    cy.post(f"{path}/restoration", 403)
    assert bo.post(f"{path}/restoration", 200)["body"] == "other word"
    assert [one["id"] for one in ada.walk(f"/channels/{world.public.id}/posts")] == [post.id]


def test_a_deleted_root_stays_as_a_place_for_its_replies(world: World, ada: Caller) -> None:
    root = write(world.ada, world.public, "question")
    write(world.bo, world.public, "answer", parent_id=root.id)
    ada.delete(f"/posts/{root.id}")
    listed = ada.walk(f"/channels/{world.public.id}/posts", root_only="true")
    assert [(post["id"], post["deleted"], post["body"]) for post in listed] == [(root.id, True, "")]


def test_an_old_deletion_is_final_for_its_author(world: World, bo: Caller) -> None:
    post = write(world.bo, world.public)
    with clock.frozen(now() - timedelta(hours=25)):
        delete_post(world.bo, post)
    bo.post(f"/posts/{post.id}/restoration", 403)


def test_pins(world: World, ada: Caller, bo: Caller, cy: Caller) -> None:
    posts = [write(world.ada, world.public) for _ in range(3)]
    for post in posts:
        assert bo.put(f"/posts/{post.id}/pin")["pinned"] is True
    bo.put(f"/posts/{posts[0].id}/pin")
    path = f"/channels/{world.public.id}/pins"
    pinned = [post["id"] for post in ada.walk(path, limit=2)]
    assert pinned == [post.id for post in reversed(posts)]
    bo.delete(f"/posts/{posts[1].id}/pin")
    assert len(ada.walk(path)) == 2
    cy.put(f"/posts/{posts[1].id}/pin", 403)
    cy.delete(f"/posts/{posts[0].id}/pin", 403)


def test_outsiders_learn_nothing_of_posts_in_a_private_channel(
    world: World, cy: Caller, dee: Caller
) -> None:
    post = write(world.ada, world.private)
    edit_post(world.ada, post, "numbers")
    set_pinned(world.ada, post, True)
    for stranger in (cy, dee):
        stranger.get(f"/posts/{post.id}", 404)
        stranger.get(f"/posts/{post.id}/replies", 404)
        stranger.get(f"/posts/{post.id}/revisions", 404)
        stranger.patch(f"/posts/{post.id}", 404, body="x")
        stranger.delete(f"/posts/{post.id}", 404)
        stranger.post(f"/posts/{post.id}/restoration", 404)
        stranger.put(f"/posts/{post.id}/pin", 404)
        stranger.delete(f"/posts/{post.id}/pin", 404)
        stranger.get(f"/channels/{world.private.id}/pins", 404)


def test_drafts_are_ones_own_by_channel_and_thread(world: World, ada: Caller, bo: Caller) -> None:
    root = write(world.ada, world.public)
    path = f"/channels/{world.public.id}/draft"
    bo.put(path, 204, body="half a thou")
    bo.put(path, 204, body="ght", parent_id=root.id)
    bo.put(f"/channels/{world.private.id}/draft", 204, body="  numbers")
    drafts = bo.walk("/drafts", limit=1)
    assert [(one["channel_id"], one["parent_id"], one["body"]) for one in drafts] == [
        (world.public.id, None, "half a thou"),
        (world.public.id, root.id, "ght"),
        (world.private.id, None, "  numbers"),
    ]
    assert ada.walk("/drafts") == []
    second = bo.get("/drafts", limit=1)["next_cursor"]
    bo.put(path, 204, body="")
    assert len(bo.get("/drafts", limit=5, cursor=second)["items"]) == 2
    bo.post(f"/channels/{world.public.id}/posts", body="sent", parent_id=root.id)
    assert [one["body"] for one in bo.walk("/drafts")] == ["  numbers"]


def test_a_draft_needs_a_channel_and_a_thread_that_one_may_write_in(
    world: World, bo: Caller, cy: Caller
) -> None:
    cy.put(f"/channels/{world.private.id}/draft", 404, body="x")
    bo.put(f"/channels/{world.public.id}/draft", 404, body="x", parent_id=999_999)
    bo.put(f"/channels/{world.public.id}/draft", 422, body="x" * 20_001)


def test_drafts_in_a_channel_that_one_was_removed_from_are_not_listed(
    world: World, bo: Caller
) -> None:
    save_draft(world.bo, world.private, "numbers")
    remove_member(world.ada, world.private, world.bo)
    assert bo.walk("/drafts") == []
