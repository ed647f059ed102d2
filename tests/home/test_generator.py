"""A generated organisation is as the application itself would have written it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from enterprise_social.accounts.models import Credential
from enterprise_social.accounts.passwords import verify_password
from enterprise_social.channels.models import Change, Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.core.text import render
from enterprise_social.feed.queries.rail import rail
from enterprise_social.home.generator.founding import Founded, found
from enterprise_social.home.generator.sizes import Size
from enterprise_social.people.models import DirectoryPosting, DirectoryWord, Person
from enterprise_social.people.queries import directory
from enterprise_social.people.queries.indexing import public_words
from enterprise_social.people.usernames import is_username
from enterprise_social.posts.models import Mention, Post, PostHashtag, Revision
from enterprise_social.posts.queries import References
from enterprise_social.reactions.models import Reaction
from enterprise_social.search import documents, indexing
from enterprise_social.search.engines import engine
from enterprise_social.search.models import SearchDocument
from enterprise_social.search.postgres_engine.vectors import vectors
from tests.making import make_person, write

SMALL = Size(people=120, channels=25, posts=1_600, seed=3)
KINDS = ("<pre", "<table", "<ul", 'class="at"', 'class="tag"')


@pytest.fixture
def large(app: Flask) -> Iterator[Founded]:
    with app.app_context():
        indexes = schema()
        made = found(SMALL, processes=0)
        assert schema() == indexes, "the tables are as they were, with all indexes and keys"
        yield made
        engine().close()


def schema() -> list[Any]:
    """Return every index and foreign key there is, as the database says it."""
    if db.engine.dialect.name == "sqlite":
        asked = ["SELECT name, sql FROM sqlite_master"]
    else:
        asked = [
            # The search's own, made where it is filled.
            """SELECT indexname, indexdef FROM pg_indexes
               WHERE schemaname = 'public' AND indexname <> 'ix_search_words_near'""",
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint",
        ]
    return [sorted(db.session.execute(text(each)).all(), key=str) for each in asked]


def test_everything_written_is_what_the_application_makes_of_it(large: Founded) -> None:
    posts = db.session.scalars(select(Post).order_by(Post.id)).all()
    assert len(posts) == SMALL.posts
    numbers_have_no_gaps_and_follow_the_time(posts)
    texts_are_what_the_renderer_makes_of_them(posts)
    threads_are_counted_as_they_are(posts)
    reactions_are_counted_as_they_are(posts)
    channels_stand_where_their_posts_do(posts)
    rows_of_names_are_what_the_texts_name(posts)
    people_are_found_by_their_words()
    assert db.session.execute(select(func.count()).select_from(OutboxJob)).scalar_one() == 0
    the_index_lacks_nothing(posts)
    it_goes_on_from_there(large)


def numbers_have_no_gaps_and_follow_the_time(posts: Any) -> None:
    steps = defaultdict(list)
    for change in db.session.scalars(select(Change).order_by(Change.channel_id, Change.seq)):
        steps[change.channel_id].append(change)
    for channel in db.session.scalars(select(Channel)):
        found_here = steps[channel.id]
        assert [step.seq for step in found_here] == list(range(1, channel.seq + 1))
        assert [step.at for step in found_here] == sorted(step.at for step in found_here)
    made = {(c.channel_id, c.seq): c for each in steps.values() for c in each}
    for post in posts:
        step = made[post.channel_id, post.seq]
        assert (step.type, step.post_id, step.at) == ("post_created", post.id, post.created_at)
    assert Counter(c.type for c in made.values())["post_updated"] > 10
    assert [post.created_at for post in posts] == sorted(post.created_at for post in posts)


def texts_are_what_the_renderer_makes_of_them(posts: Any) -> None:
    kinds = Counter()
    for post in posts:
        done = render(post.body, References(post.channel_id))
        assert (done.html, done.plain) == (post.html, post.plain)
        assert list(done.person_ids) == post.mention_ids
        assert bool(done.links) == post.has_link
        kinds.update(
            tag for tag in ("<pre", "<table", "<ul", 'class="at"', "tag") if tag in done.html
        )
    assert len(kinds) == 5
    assert max(Counter(post.plain for post in posts).values()) < len(posts) / 50


def threads_are_counted_as_they_are(posts: Any) -> None:
    replies = defaultdict(list)
    for post in posts:
        if post.parent_id is not None:
            replies[post.parent_id].append(post)
    assert len(replies) > 100
    edits = Counter(db.session.scalars(select(Revision.post_id)))
    for post in posts:
        below = replies[post.id]
        assert post.reply_count == len(below)
        faces = list(dict.fromkeys(reply.author_id for reply in below[::-1]))[:3]
        assert post.reply_faces == faces
        assert post.last_reply_at == (below[-1].created_at if below else None)
        newest = max([post.seq, *(reply.seq for reply in below)])
        assert post.changed_seq >= newest
        assert (post.changed_seq == newest) or edits[post.id] or post.reaction_counts
        assert bool(edits[post.id]) == (post.edited_at is not None)


def reactions_are_counted_as_they_are(posts: Any) -> None:
    rows = db.session.execute(select(Reaction.post_id, Reaction.emoji).order_by(Reaction.id))
    given = defaultdict(Counter)
    for post_id, emoji in rows:
        given[post_id][emoji] += 1
    assert len(given) > 50
    for post in posts:
        assert [tuple(each) for each in post.reaction_counts] == list(given[post.id].items())


def channels_stand_where_their_posts_do(posts: Any) -> None:
    seats = Counter(db.session.scalars(select(Membership.channel_id)))
    stream, last = defaultdict(int), {}
    for post in posts:
        stream[post.channel_id] = max(stream[post.channel_id], post.seq * post.in_stream)
        last[post.channel_id] = post.created_at
    channels = db.session.scalars(select(Channel)).all()
    for channel in channels:
        assert channel.member_count == seats[channel.id]
        assert channel.last_post_seq == stream[channel.id]
        assert channel.last_post_at == last.get(channel.id)
    members = set(
        map(tuple, db.session.execute(select(Membership.channel_id, Membership.person_id)))
    )
    assert all((post.channel_id, post.author_id) in members for post in posts)
    assert {channel.kind for channel in channels} == {"public", "private", "announcement", "direct"}
    behind = select(func.count()).where(Membership.read_seq > Channel.seq)
    behind = behind.where(Membership.channel_id == Channel.id)
    assert db.session.execute(behind).scalar_one() == 0


def rows_of_names_are_what_the_texts_name(posts: Any) -> None:
    named = {(post.id, each) for post in posts for each in post.mention_ids}
    rows = db.session.scalars(select(Mention)).all()
    assert {(row.post_id, row.person_id) for row in rows} == named
    by_id = {post.id: post for post in posts}
    for row in rows:
        post = by_id[row.post_id]
        assert (row.channel_id, row.author_id, row.seq) == (
            post.channel_id, post.author_id, post.seq,
        )  # fmt: skip
    tagged = {
        (post.id, tag)
        for post in posts
        for tag in render(post.body, References(post.channel_id)).hashtags
    }
    assert (
        set(map(tuple, db.session.execute(select(PostHashtag.post_id, PostHashtag.tag)))) == tagged
    )


def people_are_found_by_their_words() -> None:
    people = db.session.scalars(select(Person).order_by(Person.id)).all()
    wanted = public_words([person.id for person in people])
    kept = defaultdict(set)
    for row in db.session.scalars(select(DirectoryPosting)):
        kept[row.person_id].add((row.kind, row.word, row.source))
    assert kept == wanted
    assert all(is_username(person.username) for person in people)
    assert sum(person.manager_id is None for person in people) == 1
    assert any(not person.name.isascii() for person in people)
    assert db.session.execute(select(func.count()).select_from(DirectoryWord)).scalar_one() > 100
    someone = people[40]
    assert someone in directory(people[0], query=f"@{someone.username}").items


def the_index_lacks_nothing(posts: Any) -> None:
    status = engine().status()
    assert (status.ready, status.reason, status.documents) == (True, "", SMALL.posts)
    assert indexing.behind(engine()) == 0
    if engine().backend != "postgres":
        return
    rows = {row.post_id: row for row in db.session.scalars(select(SearchDocument))}
    for document in documents.everything():
        row = rows[document.post_id]
        words, stems, length = vectors(document.text)
        same = text("SELECT CAST(:words AS tsvector) = :mine AND CAST(:stems AS tsvector) = :other")
        given = {"words": words, "mine": row.words, "stems": stems, "other": row.stems}
        if document.post_id % 20 == 0:
            assert db.session.execute(same, given).scalar_one(), document
        facts = {f"tag:{tag}" for tag in document.hashtags}
        facts |= {f"mention:{each}" for each in document.mentions}
        facts |= {f"has:{each}" for each in document.has}
        assert (row.length, set(row.facts), row.root_id) == (length, facts, document.root_id)


def unread_counts_are_those_of_the_posts(reader: Person) -> None:
    shown = rail(reader, most=None)
    unread = 0
    for item in [*shown.starred, *shown.unread, *shown.channels, *shown.directs]:
        new = [
            post
            for post in db.session.scalars(select(Post).where(Post.channel_id == item.channel_id))
            if post.seq > item.read_seq and post.in_stream
        ]
        if item.kind == "direct":
            assert item.mentions == sum(post.author_id != reader.id for post in new)
        else:
            assert item.unread == bool(new)
        unread += item.unread
    assert unread


def it_goes_on_from_there(large: Founded) -> None:
    admin = db.session.get_one(Person, large.first_person_id)
    assert admin.role == "admin"
    password_hash = db.session.get_one(Credential, admin.id).password_hash
    assert verify_password(password_hash, large.sign_ins[0].split()[1])
    unread_counts_are_those_of_the_posts(admin)
    channel = db.session.get_one(Channel, large.first_channel_id)
    last = channel.seq
    assert write(admin, channel, "and now this").seq == last + 1
    assert make_person("Newcomer").id == large.first_person_id + SMALL.people


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_the_same_seed_gives_the_same_however_many_write_it(app: Flask) -> None:
    """And where somebody is here already nothing is written unless that is said."""
    with app.app_context():
        found(SMALL, processes=2)
        first = db.session.execute(select(Post.body).order_by(Post.id)).scalars().all()
        with pytest.raises(Conflict):
            found(SMALL, processes=0)
        again = found(SMALL, processes=0, beside=True)
        second = select(Post.body).where(Post.id >= again.first_post_id).order_by(Post.id)
        longer = f"-{again.first_person_id}"
        assert [body.replace(longer, "") for body in db.session.scalars(second)] == first
        assert indexing.behind(engine()) == 0
