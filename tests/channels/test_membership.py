"""Joining, leaving, inviting and running channels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from enterprise_social.channels.actions import (
    add_member,
    create_channel,
    join_channel,
    leave_channel,
    mark_read,
    remove_member,
    set_archived,
    set_member_role,
    set_preferences,
    update_channel,
)
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.queries import changes_after, channel_ids_of, membership, seat
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from enterprise_social.people.actions import deactivate_person
from enterprise_social.posts.actions import create_post
from tests.making import fresh, make_channel, make_person, write


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def test_whoever_makes_a_channel_owns_it_and_is_its_first_member():
    mira = make_person("Mira")
    channel = create_channel(mira, "Crane repairs", purpose="What broke")
    assert (channel.slug, channel.member_count, channel.seq) == ("crane-repairs", 1, 1)
    assert membership(channel.id, mira.id).role == "owner"


def test_two_channels_of_one_name_get_two_addresses():
    mira = make_person()
    assert create_channel(mira, "Night shift").slug == "night-shift"
    assert create_channel(mira, "Night  Shift!").slug == "night-shift-2"


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "x" * 81])
def test_a_channel_needs_a_name_that_can_be_read(name: str):
    with pytest.raises(Invalid) as refused:
        create_channel(make_person(), name)
    assert "name" in refused.value.errors


def test_only_managers_and_admins_make_announcement_channels():
    with pytest.raises(Forbidden):
        create_channel(make_person(), "All hands", kind="announcement")
    assert create_channel(make_person(role="manager"), "All hands", kind="announcement").id


def test_a_direct_conversation_cannot_be_made_as_a_channel():
    with pytest.raises(Invalid):
        create_channel(make_person(), "Us two", kind="direct")


def test_anyone_joins_a_public_channel_and_joining_twice_counts_once():
    channel, lan = make_channel(make_person()), make_person()
    join_channel(lan, channel)
    join_channel(lan, channel)
    assert fresh(channel).member_count == 2
    assert channel.id in channel_ids_of(lan.id)


def test_nobody_joins_a_private_channel_by_themselves():
    channel, lan = make_channel(make_person(), kind="private"), make_person(role="admin")
    with pytest.raises(NotFound):
        join_channel(lan, channel)
    with pytest.raises(NotFound):
        seat(lan, slug=channel.slug)


def test_members_bring_colleagues_into_a_private_channel_and_outsiders_do_not():
    mira, lan, omar = make_person(), make_person(), make_person()
    channel = make_channel(mira, "", lan, kind="private")
    add_member(lan, channel, omar)
    assert membership(channel.id, omar.id).role == "member"
    with pytest.raises(NotFound):
        add_member(make_person(), channel, make_person())


def test_a_deactivated_person_is_not_brought_in():
    mira, gone = make_person(), make_person()
    deactivate_person(make_person(role="admin"), gone)
    with pytest.raises(Conflict):
        add_member(mira, make_channel(mira), gone)


def test_an_archived_channel_takes_neither_members_nor_posts_until_it_is_brought_back():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira)
    set_archived(mira, channel, True)
    with pytest.raises(Conflict):
        join_channel(lan, channel)
    with pytest.raises(Conflict):
        create_post(mira, channel, "too late")
    set_archived(mira, channel, False)
    join_channel(lan, channel)
    assert write(lan, channel).seq == fresh(channel).seq


def test_only_owners_and_admins_archive_and_rename():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    for act in (
        lambda: set_archived(lan, channel, True),
        lambda: update_channel(lan, channel, name="Mine now"),
        lambda: set_member_role(lan, channel, lan, "owner"),
    ):
        with pytest.raises(Forbidden):
            act()
    update_channel(make_person(role="admin"), channel, name="Renamed")
    assert fresh(channel).name == "Renamed"


def test_moderators_keep_the_topic_and_remove_members_but_not_owners():
    mira, lan, omar = make_person(), make_person(), make_person()
    channel = make_channel(mira, "", lan, omar)
    set_member_role(mira, channel, lan, "moderator")
    update_channel(lan, channel, topic="Gate 3 is closed")
    remove_member(lan, channel, omar)
    assert membership(channel.id, omar.id) is None
    with pytest.raises(Forbidden):
        remove_member(lan, channel, mira)


def test_the_last_owner_hands_over_before_leaving():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    with pytest.raises(Conflict):
        leave_channel(mira, channel)
    with pytest.raises(Conflict):
        set_member_role(mira, channel, mira, "member")
    set_member_role(mira, channel, lan, "owner")
    leave_channel(mira, channel)
    assert fresh(channel).member_count == 1


def test_the_last_person_may_leave():
    mira = make_person()
    channel = make_channel(mira)
    leave_channel(mira, channel)
    assert fresh(channel).member_count == 0


def test_two_last_owners_cannot_both_leave_at_once(app: Flask):
    mira, lan, omar = make_person(), make_person(), make_person()
    channel = make_channel(mira, "", lan, omar)
    set_member_role(mira, channel, lan, "owner")

    def leave(person) -> bool:
        with app.app_context():
            try:
                leave_channel(person, db.session.get(Channel, channel.id))
            except AppError:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        left = list(pool.map(leave, [mira, lan]))
    assert sorted(left) == [False, True]


def test_every_change_has_the_next_number_without_gaps():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira)
    join_channel(lan, channel)
    write(lan, channel)
    update_channel(mira, channel, topic="New")
    leave_channel(lan, channel)
    log = changes_after(channel.id, 0, 100)
    assert [change.seq for change in log] == [1, 2, 3, 4, 5]
    assert [change.type for change in log] == [
        "membership_changed",
        "membership_changed",
        "post_created",
        "channel_changed",
        "membership_changed",
    ]
    assert fresh(channel).seq == 5


def test_history_is_not_unread_for_somebody_who_comes_later():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira)
    write(mira, channel)
    join_channel(lan, channel)
    assert membership(channel.id, lan.id).read_seq == fresh(channel).seq


def test_a_read_position_never_moves_back_nor_past_the_end():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    post = write(mira, channel)
    assert mark_read(lan, channel, post.seq) == post.seq
    assert mark_read(lan, channel, 1) == post.seq
    assert mark_read(lan, channel, 10**12) == fresh(channel).seq
    with pytest.raises(NotFound):
        mark_read(make_person(), channel, 1)


def test_preferences_are_ones_own_and_checked():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    set_preferences(lan, channel, notify="mentions", starred=True)
    mine = db.session.get(Membership, (channel.id, lan.id))
    assert (mine.notify, mine.starred) == ("mentions", True)
    with pytest.raises(Invalid):
        set_preferences(lan, channel, notify="sometimes")
    with pytest.raises(NotFound):
        set_preferences(make_person(), channel, starred=True)
