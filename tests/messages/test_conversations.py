"""Conversations: who is in them, how they grow and shrink, and what they become."""

from __future__ import annotations

from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.channels.actions import leave_channel, update_channel
from enterprise_social.channels.models import Change, Channel
from enterprise_social.channels.queries import others_in
from enterprise_social.core.access import find
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from enterprise_social.feed.queries import rail
from enterprise_social.messages.actions import (
    LARGEST,
    add_people,
    make_channel_of,
    name_conversation,
    start_conversation,
)
from enterprise_social.people.actions import deactivate_person, set_blocked
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, edit_post, restore_post
from enterprise_social.posts.models import Post
from tests.making import fresh, make_channel, make_person, write

pytestmark = pytest.mark.usefixtures("database")


def people(number: int) -> list[Person]:
    return [make_person() for _one in range(number)]


def begun(actor: Person, *others: Person) -> Channel:
    return start_conversation(actor, [other.id for other in others])[0]


def inside(channel: Channel) -> set[int]:
    return {person.id for person in others_in([channel.id], 0).get(channel.id, [])}


def may_read(viewer: Person, post: Post) -> bool:
    try:
        find(Post, post.id, viewer)
    except NotFound:
        return False
    return True


def test_the_same_people_always_share_one_conversation():
    ada, ben, cid = people(3)
    assert begun(ada, ben, cid).id == begun(cid, ada, ben).id
    assert begun(ada, ben).id != begun(ada, ben, cid).id


def test_twenty_people_fit_and_no_more():
    ada, *others = people(LARGEST + 1)
    assert begun(ada, *others[:-1]).member_count == LARGEST
    with pytest.raises(Invalid):
        begun(ada, *others)
    grown = begun(ada, *others[: LARGEST - 2])
    with pytest.raises(Invalid):
        add_people(ada, grown, [one.id for one in others[-2:]], history=True)


def test_with_history_they_read_what_was_said_and_the_stream_says_so():
    ada, ben, cid = people(3)
    pair = begun(ada, ben)
    before = write(ada, pair, "between us")
    assert not may_read(cid, before)
    grown, is_new = add_people(ada, pair, [cid.id], history=True)
    assert (grown.id, is_new) == (pair.id, False)
    assert inside(grown) == {ada.id, ben.id, cid.id}
    assert may_read(cid, before)
    note = db.session.scalars(select(Post).order_by(Post.id.desc())).first()
    assert (note.type, note.author_id) == ("notice", ada.id)
    assert f"@{cid.username}" in note.body
    # They are found as who they are now, and the two may begin another one.
    assert begun(cid, ada, ben).id == pair.id
    again = begun(ada, ben)
    assert again.id != pair.id
    assert again.slug != fresh(pair).slug


def test_what_the_note_says_cannot_be_changed():
    ada, ben, cid = people(3)
    pair = begun(ada, ben)
    add_people(ada, pair, [cid.id], history=True)
    note = db.session.scalars(select(Post).where(Post.type == "notice")).one()
    for change in (lambda: edit_post(ada, note, "nobody came"), lambda: delete_post(ada, note)):
        with pytest.raises(Forbidden):
            change()


def test_without_history_a_new_conversation_begins_and_the_old_one_stays():
    ada, ben, cid = people(3)
    pair = begun(ada, ben)
    before = write(ada, pair, "between us")
    group, is_new = add_people(ada, pair, [cid.id], history=False)
    assert is_new
    assert group.id != pair.id
    assert inside(group) == {ada.id, ben.id, cid.id}
    assert inside(pair) == {ada.id, ben.id}
    assert not may_read(cid, before)


def test_who_left_a_group_reads_nothing_of_it_and_begins_another():
    ada, ben, cid, dan = people(4)
    group = begun(ada, ben, cid, dan)
    said = write(ada, group, "the four of us")
    leave_channel(cid, group)
    assert not may_read(cid, said)
    assert begun(ada, ben, dan).id == group.id
    assert begun(ada, ben, cid, dan).id != group.id
    leave_channel(dan, group)
    assert begun(ada, ben).id != group.id, "the two have a conversation of their own"


def test_a_conversation_of_two_cannot_be_left():
    ada, ben = people(2)
    with pytest.raises(Conflict):
        leave_channel(ada, begun(ada, ben))


def test_a_name_is_everybodys_to_give_and_to_take_away():
    ada, ben, cid, eve = people(4)
    group = begun(ada, ben, cid)
    name_conversation(cid, group, "  Crane  3 ")
    assert [item.name for item in rail(ada).directs] == ["Crane 3"]
    name_conversation(ada, group, "")
    assert [item.name for item in rail(ada).directs] == [f"{ben.name}, {cid.name}"]
    with pytest.raises(NotFound):
        name_conversation(eve, group, "mine")
    with pytest.raises(Invalid):
        name_conversation(ada, group, "x" * 81)


def test_a_private_channel_is_made_of_it_with_everyone_and_everything():
    ada, ben, cid, eve = people(4)
    group = begun(ada, ben, cid)
    said = write(ben, group, "worth keeping")
    made = make_channel_of(ben, group, "Crane three")
    assert (made.id, made.kind, made.slug) == (group.id, "private", "crane-three")
    assert inside(made) == {ada.id, ben.id, cid.id}
    assert may_read(ada, said)
    assert not may_read(eve, said)
    update_channel(ben, made, topic="Now led")  # its maker leads it
    change = db.session.get(Change, (group.id, fresh(made).seq - 1))
    assert (change.type, change.person_id) == ("channel_changed", ben.id)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert "messages.make_channel" in {one.action for one in entry}
    assert begun(ada, ben, cid).id != group.id
    with pytest.raises(Conflict):
        name_conversation(ada, made, "no longer a conversation")


def test_outsiders_and_admins_do_nothing_with_a_conversation_and_read_nothing():
    ada, ben, cid = people(3)
    group = begun(ada, ben, cid)
    said = write(ada, group, "not yours")
    for other in (make_person("Eve"), make_person("Anja", role="admin")):
        assert not may_read(other, said)
        with pytest.raises(NotFound):
            find(Channel, group.id, other)
        for act in (
            lambda who: name_conversation(who, group, "mine"),
            lambda who: make_channel_of(who, group, "mine"),
            lambda who: add_people(who, group, [who.id, ada.id, cid.id], history=True),
            lambda who: write(who, group, "let me in"),
        ):
            with pytest.raises(NotFound):
                act(other)


def test_nobody_who_left_is_added():
    ada, ben, cid = people(3)
    deactivate_person(None, cid)
    with pytest.raises(Invalid):
        begun(ada, cid)
    with pytest.raises(Invalid):
        add_people(ada, begun(ada, ben), [cid.id], history=True)


class TestABlock:
    """Ben blocks Ada; they had talked before."""

    @pytest.fixture(autouse=True)
    def blocked(self, database: SQLAlchemy) -> None:
        self.ada, self.ben, self.cid = people(3)
        self.pair = begun(self.ada, self.ben)
        self.said = write(self.ada, self.pair, "hello")
        self.gone = write(self.ada, self.pair, "gone")
        delete_post(self.ada, self.gone)
        set_blocked(self.ben, self.ada, True)

    def refused(self, act: Any) -> str:
        with pytest.raises(AppError) as refusal:
            act()
        assert refusal.value.status == 403
        return refusal.value.detail

    @pytest.mark.parametrize("who", ["ada", "ben"])
    def test_neither_writes_to_the_other_by_any_means(self, who: str):
        person = getattr(self, who)
        assert "can't be reached" in self.refused(lambda: write(person, self.pair, "psst"))
        self.refused(lambda: write(person, self.pair, "psst", parent_id=self.said.id))
        self.refused(lambda: name_conversation(person, self.pair, "psst"))
        self.refused(lambda: make_channel_of(person, self.pair, "psst"))
        self.refused(lambda: add_people(person, self.pair, [self.cid.id], history=True))
        self.refused(lambda: edit_post(self.ada, self.said, "psst"))
        self.refused(lambda: restore_post(self.ada, self.gone))
        assert may_read(person, self.said), "what was said stays readable"

    def test_both_are_told_the_same(self):
        other = make_person()
        set_blocked(self.ada, other, True)
        theirs = self.refused(lambda: begun(self.ada, other)).replace(other.name, "X")
        mine = self.refused(lambda: begun(other, self.ada)).replace(self.ada.name, "X")
        assert theirs == mine

    def test_no_conversation_is_begun_not_even_with_others(self):
        self.refused(lambda: begun(self.ada, self.ben, self.cid))

    def test_mentions_by_them_are_not_news(self):
        yard = make_channel(self.ada, "", self.ben, self.cid)
        write(self.ada, yard, f"@{self.ben.username} and @{self.cid.username}")
        write(self.ada, yard, "@channel come here")

        def count(person: Person) -> int:
            groups = rail(person)
            listed = [*groups.starred, *groups.unread, *groups.channels]
            return sum(item.mentions for item in listed if item.channel_id == yard.id)

        assert (count(self.ben), count(self.cid)) == (0, 2)
        set_blocked(self.ben, self.ada, False)
        assert count(self.ben) == 2

    def test_it_is_taken_back(self):
        set_blocked(self.ben, self.ada, True)
        set_blocked(self.ben, self.ada, False)
        set_blocked(self.ben, self.ada, False)
        assert write(self.ada, self.pair, "again").id

    def test_nobody_blocks_themselves(self):
        with pytest.raises(Invalid):
            set_blocked(self.ben, self.ben, True)
