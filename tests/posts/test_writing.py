"""Writing posts and replies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from enterprise_social.channels.actions import leave_channel, set_member_role
from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.feed.queries import rail
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post, delete_post, save_draft
from enterprise_social.posts.actions.writing import ConfirmMentionAll
from enterprise_social.posts.models import Mention, Post
from enterprise_social.posts.queries import draft
from tests.making import fresh, make_channel, make_person, write


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def test_a_post_keeps_its_text_to_the_letter():
    mira = make_person()
    body = "    indented\n\n  *more*  \ttab"
    post = write(mira, make_channel(mira), body)
    assert fresh(post).body == body


@pytest.mark.parametrize("body", ["", " \n\t ", "\u0000"])
def test_nothing_is_not_a_post(body: str):
    mira = make_person()
    with pytest.raises(Invalid) as refused:
        create_post(mira, make_channel(mira), body)
    assert "body" in refused.value.errors


def test_a_post_has_at_most_20000_characters():
    mira = make_person()
    channel = make_channel(mira)
    assert write(mira, channel, "é" * 20_000).id
    with pytest.raises(Invalid):
        create_post(mira, channel, "é" * 20_001)


def test_the_same_client_id_again_gives_the_first_post():
    mira = make_person()
    channel = make_channel(mira)
    first, new = create_post(mira, channel, "once", client_id="abc")
    again, repeated = create_post(mira, channel, "twice?", client_id="abc")
    assert (new, repeated, again.id, again.body) == (True, False, first.id, "once")
    assert fresh(channel).seq == first.seq


def test_two_people_may_use_the_same_client_id():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    assert write(mira, channel, client_id="abc").id != write(lan, channel, client_id="abc").id


def test_one_client_id_sent_at_the_same_moment_makes_one_post(app: Flask):
    mira = make_person()
    channel = make_channel(mira)

    def send(_number: int) -> int:
        with app.app_context():
            author, place = db.session.get(Person, mira.id), db.session.get(Channel, channel.id)
            return create_post(author, place, "once", client_id="same")[0].id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(send, range(12)))) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Post)) == 1


def test_many_at_once_get_numbers_without_gaps_in_order_of_time(app: Flask):
    authors = [make_person() for _ in range(4)]
    channel = make_channel(authors[0], "", *authors[1:])
    start = channel.seq

    def send(number: int) -> None:
        with app.app_context():
            author = db.session.get(Person, authors[number % 4].id)
            create_post(author, db.session.get(Channel, channel.id), f"number {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(40)))
    db.session.rollback()
    rows = db.session.execute(select(Post.seq).order_by(Post.created_at, Post.id)).scalars().all()
    assert rows == list(range(start + 1, start + 41))


def test_outsiders_write_nowhere():
    mira, lan = make_person(), make_person(role="admin")
    with pytest.raises(Forbidden):
        create_post(lan, make_channel(mira), "hello")
    with pytest.raises(NotFound):
        create_post(lan, make_channel(mira, kind="private"), "hello")


def test_somebody_who_left_writes_no_more():
    mira, lan = make_person(), make_person()
    channel = make_channel(mira, "", lan)
    leave_channel(lan, channel)
    with pytest.raises(Forbidden):
        create_post(lan, channel, "one more thing")


def test_in_an_announcement_channel_leaders_post_and_members_reply():
    boss, lan = make_person(role="manager"), make_person()
    channel = make_channel(boss, "", lan, kind="announcement")
    root = write(boss, channel)
    with pytest.raises(Forbidden):
        create_post(lan, channel, "me too")
    assert write(lan, channel, parent_id=root.id).parent_id == root.id
    set_member_role(boss, channel, lan, "moderator")
    assert write(lan, channel).parent_id is None


def test_a_reply_counts_at_its_root_with_the_newest_faces_first():
    people = [make_person() for _ in range(5)]
    channel = make_channel(people[0], "", *people[1:])
    root = write(people[0], channel)
    for person in (*people[1:], people[2]):
        last = write(person, channel, parent_id=root.id)
    root = fresh(root)
    assert (root.reply_count, root.last_reply_at) == (5, last.created_at)
    assert root.reply_faces == [people[2].id, people[4].id, people[3].id]
    assert root.changed_seq == last.seq


def test_a_reply_to_a_reply_stands_in_the_same_thread():
    mira = make_person()
    channel = make_channel(mira)
    root = write(mira, channel)
    reply = write(mira, channel, parent_id=root.id)
    assert write(mira, channel, parent_id=reply.id).parent_id == root.id


def test_a_thread_of_another_channel_is_not_found():
    mira = make_person()
    root = write(mira, make_channel(mira))
    with pytest.raises(NotFound):
        create_post(mira, make_channel(mira), "wrong place", parent_id=root.id)


def test_replies_stay_out_of_the_stream_unless_sent_there_too():
    mira = make_person()
    channel = make_channel(mira)
    root = write(mira, channel)
    assert not write(mira, channel, parent_id=root.id).in_stream
    assert write(mira, channel, parent_id=root.id, also_in_channel=True).in_stream


def test_a_quote_is_of_the_same_channel_only():
    mira = make_person()
    secret = write(mira, make_channel(mira, kind="private"), "not for all")
    with pytest.raises(Invalid):
        create_post(mira, make_channel(mira), "look", quoted_post_id=secret.id)


def test_mentions_are_of_people_who_are_here_and_told_apart_by_channel():
    mira, lan = make_person(), make_person("Lan Nguyen", username="lan")
    channel = make_channel(mira, "", lan)
    post = write(mira, channel, "@lan and @nobody-here please look, mail lan@example.org")
    assert post.mention_ids == [lan.id]
    assert 'href="/people/lan"' in post.html
    rows = db.session.execute(select(Mention.person_id, Mention.seq)).all()
    assert rows == [(lan.id, post.seq)]


def test_naming_everyone_asks_first_above_fifty_people():
    mira = make_person()
    members = [make_person() for _ in range(50)]
    channel = make_channel(mira, "", *members)
    with pytest.raises(ConfirmMentionAll) as asked:
        create_post(mira, channel, "@channel fire drill at ten")
    assert asked.value.count == 51
    post = write(mira, channel, "@channel fire drill at ten", confirm_mention_all=True)
    assert post.mentions_all
    assert next(item for item in rail(members[0]).unread).mentions == 1
    assert all(item.mentions == 0 for item in rail(mira).channels)


def test_naming_everyone_in_a_small_channel_just_goes():
    mira = make_person()
    assert write(mira, make_channel(mira), "@channel hello").mentions_all


def test_a_private_channel_is_not_named_to_readers_elsewhere():
    mira = make_person()
    make_channel(mira, "merger talks", kind="private")
    post = write(mira, make_channel(mira), "see #merger-talks")
    assert "/channels/merger-talks" not in post.html


def test_sending_throws_the_draft_away_and_leaves_others():
    mira = make_person()
    channel = make_channel(mira)
    root = write(mira, channel)
    save_draft(mira, channel, "half a thou")
    save_draft(mira, channel, "a reply", parent_id=root.id)
    write(mira, channel, "half a thought")
    assert draft(mira.id, channel.id) == ""
    assert draft(mira.id, channel.id, root.id) == "a reply"


def test_a_draft_is_kept_only_for_members_and_an_empty_one_is_none():
    mira = make_person()
    channel = make_channel(mira)
    save_draft(mira, channel, "something")
    save_draft(mira, channel, "something else")
    assert draft(mira.id, channel.id) == "something else"
    save_draft(mira, channel, "  ")
    assert draft(mira.id, channel.id) == ""
    with pytest.raises(NotFound):
        save_draft(make_person(), channel, "let me in")


def test_nobody_replies_to_what_was_deleted_without_replies():
    mira = make_person()
    channel = make_channel(mira)
    root = write(mira, channel)
    delete_post(mira, root)
    with pytest.raises(Conflict):
        create_post(mira, channel, "but why", parent_id=root.id)
