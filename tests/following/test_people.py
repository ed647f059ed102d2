"""Following people: who may, what both hear of it, and what ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.following.actions import follow_person, unfollow_person
from enterprise_social.following.queries import connections, followers, following, follows_person
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.actions.presence import set_blocked
from enterprise_social.people.models import Person
from enterprise_social.people.queries.presence import block_between
from tests.following.office import lines_of, settled
from tests.making import bring_in, make_channel, make_person


def test_who_is_followed_hears_of_it_once_and_sees_them_in_the_list(database: SQLAlchemy) -> None:
    ana, ben, carl = make_person("Ana"), make_person("Ben"), make_person("Carl")
    for follower in (ana, carl):
        follow_person(follower, ben)
        follow_person(follower, ben)
    settled()
    [line] = lines_of(ben)
    assert line == "Carl and Ana follow you"
    assert [each.name for each in followers(ana, ben.id).items] == ["Carl", "Ana"]
    assert [each.name for each in following(ben, ana.id).items] == ["Ben"]
    numbers = connections(ana, ben.id)
    assert (numbers.followers, numbers.following, numbers.is_followed) == (2, 0, True)
    unfollow_person(carl, ben)
    follow_person(carl, ben)
    settled()
    assert lines_of(ben) == [line]


def test_nobody_follows_themselves_who_left_or_across_a_block(house: Flask) -> None:
    ana, ben, carl = make_person("Ana"), make_person("Ben"), make_person("Carl")
    with pytest.raises(Invalid):
        follow_person(ana, ana)
    follow_person(carl, ben)
    follow_person(ben, carl)
    set_blocked(ben, carl, True)
    assert connections(ana, ben.id).followers == connections(ana, carl.id).followers == 0
    for one, other in ((ben, carl), (carl, ben)):
        with pytest.raises(Forbidden, match="can't be reached"):
            follow_person(one, other)
    follow_person(ana, ben)
    deactivate_person(None, ana)
    assert connections(carl, ben.id).followers == 0
    with pytest.raises(Conflict):
        follow_person(ben, ana)


def test_a_block_at_the_same_moment_leaves_nobody_following(app: Flask) -> None:
    with app.app_context():
        pairs = [(make_person().id, make_person().id) for _number in range(8)]
        db.session.commit()

    def at_once(fan_id: int, star_id: int) -> None:
        start = threading.Barrier(2)

        def run(act: Callable[[Person, Person], None]) -> None:
            with app.app_context():
                fan, star = (db.session.get_one(Person, each) for each in (fan_id, star_id))
                start.wait()
                try:
                    act(fan, star)
                except Forbidden:
                    db.session.rollback()  # the block was there first

        acts = (follow_person, lambda fan, star: set_blocked(star, fan, True))
        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    for pair in pairs:
        at_once(*pair)
    with app.app_context():
        left = [pair for pair in pairs if follows_person(*pair)]
        assert left == []
        assert all(block_between(*pair) for pair in pairs)


def test_a_guest_follows_and_sees_only_whom_they_meet(house: Flask) -> None:
    guest = make_person("Gert", role="guest")
    owner, member, other = make_person("Ola"), make_person("Mia"), make_person("Ole")
    channel = make_channel(owner, "harbour", member)
    bring_in(channel, guest)
    follow_person(other, member)
    follow_person(owner, member)
    with pytest.raises(NotFound):
        follow_person(guest, other)
    follow_person(guest, member)
    assert [each.name for each in followers(guest, member.id).items] == ["Gert", "Ola"]
    assert connections(guest, member.id).followers == 2
    follow_person(other, guest)
    follow_person(member, guest)
    settled()
    assert lines_of(guest) == ["Mia follows you"]


def test_lists_are_paged_without_gaps(house: Flask) -> None:
    star = make_person("Star")
    fans = [make_person(f"Fan {number}") for number in range(7)]
    for fan in fans:
        follow_person(fan, star)
    found, cursor = [], None
    while True:
        page = followers(star, star.id, cursor=cursor, limit=3)
        found += [each.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [fan.id for fan in reversed(fans)]
