"""Threads that are closed, moved and split by a decision, and what they take along."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from enterprise_social.channels.actions import add_member, set_rules
from enterprise_social.core.access import find
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, NotFound
from enterprise_social.messages.actions import start_conversation
from enterprise_social.moderation.actions.decisions import Verdict, decide, undo
from enterprise_social.moderation.actions.hiding import set_hidden
from enterprise_social.moderation.models import Case
from enterprise_social.notifications.models import Notification
from enterprise_social.posts.actions import delete_post
from enterprise_social.posts.actions.holding import Held
from enterprise_social.posts.models import Mention, Post
from enterprise_social.records.actions.holds import place_hold
from tests.making import fresh, make_channel, sign_in, write
from tests.moderation.town import Town

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SECRET = "zephyrion"


def case_of(town: Town, post: Post) -> Case:
    return town.reported(post=post)


def get(town: Town, who: Any, path: str) -> str:
    return sign_in(town.app, who).get(path, follow_redirects=True).get_data(as_text=True)


def test_a_closed_thread_takes_no_more_replies_until_the_decision_is_taken_back(town: Town):
    case = case_of(town, town.post)
    town.decided("lock", case=case)
    with pytest.raises(Conflict, match="no more replies"):
        write(town.kofi, town.channel, "but", parent_id=town.post.id)
    page = get(town, town.kofi, f"/posts/{town.post.id}")
    assert "No more replies" in page
    assert f'action="/posts/{town.post.id}/replies"' not in page
    undo(town.ada, case)
    assert write(town.kofi, town.channel, "but", parent_id=town.post.id)


def test_a_moved_thread_is_read_where_it_stands_and_no_longer_where_it_stood(town: Town):
    board = make_channel(town.ada, "board only", kind="private")
    add_member(town.ada, board, town.kofi)
    named = f"{SECRET} @{town.elif_.username} @{town.kofi.username}"
    root = write(town.bogdan, town.channel, named)
    reply = write(town.kofi, town.channel, f"{SECRET} too", parent_id=root.id)
    write(town.kofi, town.channel, "see", quoted_post_id=root.id)
    town.work()
    assert SECRET in get(town, town.elif_, "/notifications")
    known = fresh(town.channel).seq
    case = case_of(town, root)
    decide(town.ada, case, Verdict("move", rule="confidential", target_id=board.id))
    town.work()
    for path in (f"/channels/{town.channel.slug}", "/notifications", "/search?q=too"):
        assert SECRET not in get(town, town.elif_, path), path
    for post in (root, reply):
        with pytest.raises(NotFound):
            find(Post, post.id, town.elif_)
        assert find(Post, post.id, town.kofi).channel_id == board.id
    reader = sign_in(town.app, town.elif_)
    log = reader.get(f"/api/v1/channels/{town.channel.id}/events?after=0").get_json()["items"]
    assert SECRET not in str(log)
    moved = [each for each in log if each["seq"] > known and each["type"] == "post_deleted"]
    assert {each["post_id"] for each in moved} == {root.id, reply.id}
    assert all(each["post"] is None for each in moved)
    numbers = [each["seq"] for each in log]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    lines = db.session.scalars(select(Notification).where(Notification.post_id == root.id))
    assert {line.channel_id for line in lines} == {board.id}
    mentions = db.session.scalars(select(Mention).where(Mention.post_id == root.id))
    assert {one.channel_id for one in mentions} == {board.id}
    undo(town.ada, case)
    assert find(Post, root.id, town.elif_).reply_count == 1


def test_what_is_unread_and_who_judges_follow_a_thread_to_another_channel(town: Town):
    board = make_channel(town.ada, "board only", kind="private")
    add_member(town.ada, board, town.kofi)
    for number in range(40):
        write(town.kofi, board, f"minute {number}")
    reply = write(town.kofi, town.channel, "so rude", parent_id=town.post.id)
    other = town.reported(town.elif_, reply)
    case = case_of(town, town.post)
    decide(town.ada, case, Verdict("move", rule="insult", target_id=board.id))
    said = select(Post.seq).where(Post.in_stream.is_(True), Post.deleted_at.is_(None))
    for channel in (fresh(town.channel), fresh(board)):
        newest = max(db.session.scalars(said.where(Post.channel_id == channel.id)))
        assert channel.last_post_seq == newest <= channel.seq
    assert fresh(other).channel_id == board.id


def test_what_waits_in_a_thread_goes_with_it(town: Town):
    board = make_channel(town.ada, "board only", kind="private")
    set_rules(town.owen, town.channel, {"approval": "everyone"})
    with pytest.raises(Held) as waiting:
        write(town.kofi, town.channel, "me too", parent_id=town.post.id)
    decide(town.ada, case_of(town, town.post), Verdict("move", rule="insult", target_id=board.id))
    assert fresh(waiting.value.held).channel_id == board.id


def test_a_thread_doesnt_leave_a_channel_that_is_on_legal_hold(town: Town):
    board = make_channel(town.ada, "board only", kind="private")
    case = case_of(town, town.post)
    place_hold(town.ada, "North v. Quay", "asked by counsel", channel=town.channel)
    with pytest.raises(Conflict, match="can't be moved"):
        decide(town.ada, case, Verdict("move", rule="insult", target_id=board.id))
    assert fresh(town.post).channel_id == town.channel.id
    place_hold(town.ada, "North v. Quay", "and by whom", person=town.bogdan)
    decide(town.ada, case, Verdict("move", rule="insult", target_id=board.id))
    assert fresh(town.post).channel_id == board.id


def test_whoever_still_looks_at_a_post_where_it_stood_changes_nothing(town: Town):
    board = make_channel(town.ada, "board only", kind="private")
    seen = Post(id=town.post.id, channel_id=town.channel.id, file_count=0)
    decide(town.ada, case_of(town, town.post), Verdict("move", rule="insult", target_id=board.id))
    with pytest.raises(Conflict, match="moved"):
        delete_post(town.owen, seen)


def test_nothing_is_moved_out_of_a_conversation_or_by_who_leads_one_channel(town: Town):
    talk, _new = start_conversation(town.bogdan, [town.elif_.id])
    open_one = make_channel(town.owen, "elsewhere")
    case = case_of(town, write(town.bogdan, talk, SECRET))
    with pytest.raises(Conflict, match="between channels"):
        town.decided("move", case=case, target_id=open_one.id)
    own = case_of(town, town.post)
    with pytest.raises(Forbidden):
        town.decided("move", case=own, by=town.owen, target_id=open_one.id)


def test_replies_that_go_off_get_a_thread_of_their_own_and_come_back(town: Town):
    first = write(town.kofi, town.channel, "about vans", parent_id=town.post.id)
    write(town.elif_, town.channel, "about bay 9", parent_id=town.post.id)
    third = write(town.bogdan, town.channel, "which vans?", parent_id=town.post.id)
    case = town.reported(town.elif_, first)
    decide(town.ada, case, Verdict("split", rule="off-topic", reply_ids=(first.id, third.id)))
    assert (fresh(first).parent_id, fresh(first).in_stream, fresh(first).reply_count) == (
        None,
        True,
        1,
    )
    assert (fresh(third).parent_id, fresh(town.post).reply_count) == (first.id, 1)
    undo(town.ada, case)
    assert (fresh(first).parent_id, fresh(first).in_stream) == (town.post.id, False)
    assert fresh(town.post).reply_count == 3


def test_a_hidden_root_keeps_its_thread_readable(town: Town):
    write(town.kofi, town.channel, "an answer", parent_id=town.post.id)
    set_hidden(town.ada, case_of(town, town.post), True)
    page = get(town, town.elif_, f"/posts/{town.post.id}")
    assert "an answer" in page
    assert "try thinking" not in page
