"""Storylines: one person begins posts, colleagues read and answer, guests see nothing of it."""

from __future__ import annotations

import pytest
from flask import Flask

from enterprise_social.channels.actions import join_channel
from enterprise_social.channels.models import Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core.access import find
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, NotFound
from enterprise_social.feed.queries.followed import followed_posts
from enterprise_social.feed.queries.rail import rail
from enterprise_social.following.actions import follow_person, open_storyline
from enterprise_social.notifications.actions import set_following
from enterprise_social.people.actions import (
    deactivate_person,
    reactivate_person,
    set_role,
    update_person,
)
from enterprise_social.people.actions.presence import set_blocked
from enterprise_social.posts.models import Post
from tests.following.office import lines_of, settled
from tests.making import bring_in, fresh, make_channel, make_person, write


def test_only_its_person_begins_posts_and_colleagues_answer(house: Flask) -> None:
    ana, ben = make_person("Ana"), make_person("Ben")
    channel = open_storyline(ana)
    assert open_storyline(ana).id == channel.id
    root = write(ana, channel, "The crane runs again")
    with pytest.raises(Forbidden):
        write(ben, channel, "Mine too")
    assert membership(channel.id, ben.id) is None
    reply = write(ben, channel, "Well done", parent_id=root.id)
    assert reply.parent_id == root.id
    with pytest.raises(NotFound):
        join_channel(make_person("Carl"), channel)
    settled()
    assert lines_of(ana) == ["Ben replied to your post"]


def test_it_is_in_nobodys_rail_and_no_list_of_channels(house: Flask) -> None:
    ana, ben = make_person("Ana"), make_person("Ben")
    channel = open_storyline(ana)
    root = write(ana, channel, "Hello")
    write(ben, channel, "Hello Ana", parent_id=root.id)
    for person in (ana, ben):
        found = rail(person)
        assert [*found.channels, *found.unread, *found.starred] == []


def test_followers_are_told_of_what_begins_there_and_others_are_not(house: Flask) -> None:
    ana, fan, other, blocker = (make_person(name) for name in ("Ana", "Fan", "Other", "Blocker"))
    follow_person(fan, ana)
    channel = open_storyline(ana)
    write(ana, channel, "One")
    root = write(ana, channel, "Two")
    write(other, channel, "Three", parent_id=root.id)
    settled()
    assert lines_of(fan) == ["Ana wrote 2 posts in their storyline"]
    assert lines_of(other) == lines_of(blocker) == []
    # Nobody became a member by it.
    assert membership(channel.id, fan.id) is None
    set_blocked(fan, ana, True)
    assert followed_posts(fan).items == []


def test_guests_read_none_and_whoever_becomes_one_reads_no_more(house: Flask) -> None:
    ana, ben, guest = make_person("Ana"), make_person("Ben"), make_person("Gert", role="guest")
    bring_in(make_channel(ana, "quay"), guest)
    channel = open_storyline(ana)
    root = write(ana, channel, "Hello @gert")
    write(ben, channel, "Hi", parent_id=root.id)
    follow_person(guest, ana)
    settled()
    assert lines_of(guest) == []
    with pytest.raises(NotFound):
        find(Post, root.id, guest)
    with pytest.raises(Forbidden):
        open_storyline(guest)
    set_role(None, ben, "guest")
    settled()
    with pytest.raises(NotFound):
        find(Post, root.id, fresh(ben))


def test_it_closes_while_its_person_is_not_here_and_is_called_as_they_are(
    house: Flask,
) -> None:
    ana, ben = make_person("Ana"), make_person("Ben")
    channel = open_storyline(ana)
    root = write(ana, channel, "Hello")
    update_person(None, ana, name="Ana Kowalska")
    settled()
    assert fresh(channel).name == "Ana Kowalska"
    deactivate_person(None, ana)
    settled()
    with pytest.raises(Conflict):
        write(ben, fresh(channel), "Bye", parent_id=root.id)
    assert find(Post, root.id, ben).id == root.id
    reactivate_person(None, ana)
    settled()
    write(ben, fresh(channel), "Welcome back", parent_id=root.id)


def test_whoever_follows_a_thread_of_it_hears_of_answers(house: Flask) -> None:
    ana, ben, carl = make_person("Ana"), make_person("Ben"), make_person("Carl")
    channel = open_storyline(ana)
    root = write(ana, channel, "Who has the key?")
    set_following(ben, root, True)
    write(carl, channel, "I have it, @ben", parent_id=root.id)
    settled()
    assert len(lines_of(ben)) == 1
    assert db.session.query(Membership).filter_by(channel_id=channel.id).count() == 3
