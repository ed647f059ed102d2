"""What becomes of reactions when people are merged or erased, and when posts go for good."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from enterprise_social.core.db import db
from enterprise_social.posts.actions.purging import purge_posts
from enterprise_social.reactions.actions import react, set_tone
from enterprise_social.reactions.models import EmojiHabit, Reaction
from enterprise_social.reactions.queries import counts_of, mine
from enterprise_social.records.actions.erasing import erase_person
from enterprise_social.records.actions.merging import merge_people
from tests.making import fresh, make_channel, make_person, write

pytestmark = pytest.mark.usefixtures("database")
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def rows(post_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Reaction.post_id == post_id)) or 0


@on_sqlite
def test_two_accounts_that_become_one_count_once(app: Flask):
    admin, author = make_person(role="admin"), make_person()
    kept, double = make_person(username="mona"), make_person(username="m.kept")
    post = write(author, make_channel(author, "", kept, double))
    for person, emoji in ((double, "tada"), (kept, "tada"), (double, "heart"), (author, "heart")):
        react(person, post, emoji)
    merge_people(admin, kept, double, confirmed="m.kept")
    app.extensions["worker"].run_until_idle()
    assert sorted(fresh(post).reaction_counts) == [["heart", 2], ["tada", 1]]
    assert sorted(counts_of(post.id)) == sorted(post.reaction_counts)
    assert sorted(mine(kept.id, [post.id])[post.id]) == ["heart", "tada"]
    assert mine(double.id, [post.id]) == {}


@on_sqlite
@pytest.mark.parametrize("removes_posts", [True, False])
def test_whoever_is_erased_takes_reactions_along_with_posts(app: Flask, removes_posts: bool):
    admin, author, gone = make_person(role="admin"), make_person(), make_person(username="gone")
    post = write(author, make_channel(author, "", gone))
    for person in (author, gone):
        react(person, post, "tada")
    set_tone(gone, 3)
    erase_person(admin, gone, confirmed="gone", removes_posts=removes_posts)
    app.extensions["worker"].run_until_idle()
    assert fresh(post).reaction_counts == [["tada", 1 if removes_posts else 2]]
    assert post.reaction_counts == counts_of(post.id)
    assert db.session.get(EmojiHabit, gone.id) is None


def test_what_goes_for_good_takes_its_reactions_along(app: Flask):
    author = make_person()
    channel = make_channel(author)
    root, alone = write(author, channel), write(author, channel)
    reply = write(author, channel, parent_id=root.id)
    for post in (root, alone, reply):
        react(author, post, "tada")
    ids = [root.id, alone.id, reply.id]
    purge_posts(channel.id, ids[:2])
    assert [rows(each) for each in ids] == [0, 0, 1]
    assert (fresh(root).reaction_counts, fresh(reply).reaction_counts) == ([], [["tada", 1]])
