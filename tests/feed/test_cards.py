"""A post's card shows what is so now, however often it was rendered before."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from enterprise_social.channels.actions import update_channel
from enterprise_social.core.db import db
from enterprise_social.feed.live import render_post
from enterprise_social.feed.queries.cards import card_of, cards_by_id
from enterprise_social.home.views import _hashtags
from enterprise_social.people.actions import update_person
from enterprise_social.posts.actions import delete_post, set_pinned
from enterprise_social.posts.models import Post
from tests.making import fresh, make_channel, make_person, write


def shown(post: Post) -> str:
    db.session.rollback()
    return str(render_post(cards_by_id([post.id])[post.id]))


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def test_new_names_of_whoever_is_quoted_or_pinned_and_of_the_channel_are_shown():
    ada, ben, cem = make_person("Ada"), make_person("Ben"), make_person("Cem")
    channel = make_channel(ada, "plans", ben, cem)
    quoted = write(ben, channel, "the first word")
    quoting = write(ada, channel, "well said", quoted_post_id=quoted.id)
    set_pinned(cem, quoting, True)
    before = shown(quoting)
    assert "Ben" in before
    assert "Pinned by Cem" in before
    update_person(ben, ben, name="Benjamin Ash")
    update_person(cem, cem, name="Cem Sezer")
    update_channel(ada, channel, name="Grand plans")
    after = shown(quoting)
    assert "Benjamin Ash" in after
    assert "Pinned by Cem Sezer" in after
    assert re.search(r"#Grand plans", after)


def test_the_newest_post_left_is_the_one_with_the_highest_number():
    ada = make_person("Ada")
    channel = make_channel(ada, "plans")
    first, second, third = (write(ada, channel) for _ in range(3))
    # As an import of old conversations into this channel leaves them.
    post = db.session.get(Post, second.id)
    post.created_at = post.created_at.replace(year=2015)
    db.session.commit()
    delete_post(ada, third)
    assert fresh(channel).last_post_seq == second.seq > first.seq


def test_hashtags_are_suggested_by_their_beginning_and_only_from_visible_posts():
    ada, ben = make_person("Ada"), make_person("Ben")
    private, open_channel = make_channel(ada, "board", kind="private"), make_channel(ada, "hall")
    write(ada, private, "#Merger and #Menu")
    for _ in range(2):
        write(ada, open_channel, "#menu")
    write(ada, open_channel, "#meeting #other")
    assert [option.label for option in _hashtags(ben, "ME")] == ["#menu", "#meeting"]
    assert "#merger" in [option.label for option in _hashtags(ada, "me")]


def test_the_card_of_what_was_just_written_is_the_one_that_is_read_back():
    ada, ben = make_person("Ada"), make_person("Ben")
    channel = make_channel(ada, "plans", ben)
    root = write(ben, channel, "Who takes **stock**? See https://a.example/b #stock")
    written = [
        write(ada, channel, f"@{ben.username} and @channel: I do", parent_id=root.id),
        write(ben, channel, "here as well", parent_id=root.id, also_in_channel=True),
        write(ada, channel, "well said", quoted_post_id=root.id, client_id="one"),
    ]
    people = {ada.id: ada, ben.id: ben}
    at_hand = [card_of(post, fresh(channel), people[post.author_id]) for post in written]
    assert at_hand == [cards_by_id([post.id])[post.id] for post in written]
