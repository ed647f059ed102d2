"""Editing, deleting with undo, and pinning."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from enterprise_social.channels.actions import leave_channel, set_archived, set_member_role
from enterprise_social.core import clock
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.feed.queries import pins, rail, stream, thread
from enterprise_social.posts.actions import delete_post, edit_post, restore_post, set_pinned
from enterprise_social.posts.queries import revisions
from tests.making import fresh, make_channel, make_person, write


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def ids(posts) -> list[int]:
    return [card.id for card in posts]


def test_an_edit_keeps_what_was_said_before():
    mira = make_person()
    post = write(mira, make_channel(mira), "Gate 3")
    edit_post(mira, post, "Gate 4")
    edit_post(mira, post, "Gate 5")
    assert fresh(post).body == "Gate 5"
    assert post.edited_at is not None
    assert [revision.body for revision in revisions(post.id)] == ["Gate 4", "Gate 3"]


def test_saving_the_same_text_is_no_edit():
    mira = make_person()
    post = write(mira, make_channel(mira), "Gate 3")
    edit_post(mira, post, "Gate 3")
    assert fresh(post).edited_at is None
    assert revisions(post.id) == []


def test_only_the_author_edits_not_even_an_owner_or_admin():
    mira, lan = make_person(role="admin"), make_person()
    channel = make_channel(mira, "", lan)
    post = write(lan, channel)
    with pytest.raises(Forbidden):
        edit_post(mira, post, "words in a mouth")
    leave_channel(lan, channel)
    with pytest.raises(Forbidden):
        edit_post(lan, post, "from outside")


def test_an_edit_is_checked_like_a_post():
    mira = make_person()
    channel = make_channel(mira)
    post = write(mira, channel)
    with pytest.raises(Invalid):
        edit_post(mira, post, " ")
    set_archived(mira, channel, True)
    with pytest.raises(Conflict):
        edit_post(mira, post, "too late")


def test_an_edit_that_takes_a_name_out_takes_the_mention_back():
    mira, lan = make_person(), make_person("Lan", username="lan")
    channel = make_channel(mira, "", lan)
    post = write(mira, channel, "@lan please")
    assert rail(lan).unread[0].mentions == 1
    edit_post(mira, post, "never mind")
    assert rail(lan).unread[0].mentions == 0


def test_a_deleted_post_is_gone_and_comes_back_in_its_place():
    mira = make_person()
    channel = make_channel(mira)
    first, second, third = (write(mira, channel) for _ in range(3))
    delete_post(mira, second)
    assert ids(stream(channel.id).posts) == [first.id, third.id]
    restore_post(mira, second)
    assert ids(stream(channel.id).posts) == [first.id, second.id, third.id]


def test_a_deleted_root_keeps_its_thread_and_shows_none_of_its_text():
    mira = make_person()
    channel = make_channel(mira)
    root = write(mira, channel, "secret words")
    reply = write(mira, channel, parent_id=root.id)
    delete_post(mira, root)
    shown = stream(channel.id).posts
    assert ids(shown) == [root.id]
    assert (shown[0].deleted, shown[0].body, shown[0].plain, str(shown[0].html)) == (
        True,
        "",
        "",
        "",
    )
    delete_post(mira, reply)
    assert ids(stream(channel.id).posts) == []


def test_a_deleted_reply_no_longer_counts_and_counts_again_when_restored():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    root = write(mira, channel)
    first = write(mira, channel, parent_id=root.id)
    second = write(lan, channel, parent_id=root.id)
    delete_post(lan, second)
    root = fresh(root)
    assert (root.reply_count, root.last_reply_at, root.reply_faces) == (
        1,
        first.created_at,
        [mira.id],
    )
    restore_post(lan, second)
    assert fresh(root).reply_count == 2
    assert ids(thread(root.id).posts) == [first.id, second.id]


def test_deleting_what_was_unread_leaves_nothing_unread():
    mira, lan = make_person(), make_person("Lan", username="lan")
    channel = make_channel(mira, "", lan)
    post = write(mira, channel, "@lan hello")
    assert rail(lan).unread
    delete_post(mira, post)
    assert not rail(lan).unread
    restore_post(mira, post)
    assert rail(lan).unread[0].mentions == 1


def test_moderators_delete_and_members_do_not():
    mira, lan, omar = make_person(), make_person(), make_person()
    channel = make_channel(mira, "", lan, omar)
    post = write(mira, channel)
    with pytest.raises(Forbidden):
        delete_post(lan, post)
    set_member_role(mira, channel, lan, "moderator")
    delete_post(lan, post)
    assert fresh(post).deleted_by_id == lan.id


def test_what_a_moderator_took_away_its_author_does_not_bring_back():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    post = write(lan, channel)
    delete_post(mira, post)
    with pytest.raises(Forbidden):
        restore_post(lan, post)
    restore_post(mira, post)


def test_undo_ends_after_a_day():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    post = write(lan, channel)
    with clock.frozen(clock.now()) as advance:
        delete_post(lan, post)
        advance(timedelta(hours=24, seconds=1))
        with pytest.raises(Forbidden):
            restore_post(lan, post)


def test_pins_are_listed_newest_first_and_gone_with_the_post():
    mira = make_person()
    channel = make_channel(mira)
    first, second = write(mira, channel), write(mira, channel)
    set_pinned(mira, first, True)
    set_pinned(mira, second, True)
    assert ids(pins(channel.id)) == [second.id, first.id]
    set_pinned(mira, second, False)
    delete_post(mira, first)
    assert pins(channel.id) == []


def test_outsiders_touch_nothing_of_a_private_channel():
    mira, lan = make_person(), make_person(role="admin")
    post = write(mira, make_channel(mira, kind="private"))
    for act in (
        lambda: edit_post(lan, post, "x"),
        lambda: delete_post(lan, post),
        lambda: restore_post(lan, post),
        lambda: set_pinned(lan, post, True),
    ):
        with pytest.raises(NotFound):
            act()
