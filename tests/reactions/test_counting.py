"""However people react at once, what a post counts is what a recount finds."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprise_social.channels.models import Change, Channel
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.reactions.actions import react, withdraw
from enterprise_social.reactions.queries import counts_of
from tests.making import fresh, make_channel, make_person, write

EMOJI = ("tada", "heart", "thumbsup::skin-tone-4")
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from(EMOJI)), min_size=1, max_size=12
)


@pytest.fixture
def people(app: Flask):
    with app.app_context():
        yield [make_person() for _ in range(3)]


def at_once(app: Flask, acts: list[list[tuple[Any, int, int, str]]]) -> list[Exception]:
    """Do each list in a thread of its own, all beginning at the same moment."""
    start = threading.Barrier(len(acts))
    failed: list[Exception] = []

    def run(mine: list[tuple[Any, int, int, str]]) -> None:
        with app.app_context():
            start.wait()
            try:
                for act, person_id, post_id, emoji in mine:
                    person = db.session.get_one(Person, person_id)
                    act(person, db.session.get_one(Post, post_id), emoji)
            except Exception as error:  # noqa: BLE001 - told to the test
                failed.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.tuples(STEPS, STEPS, STEPS))
def test_what_is_counted_is_what_a_recount_finds(app: Flask, people: list[Person], steps: Any):
    author = people[0]
    channel = make_channel(author, "", *people[1:])
    post = write(author, channel)
    before = fresh(channel).seq
    acts = [
        [(react if on else withdraw, people[who].id, post.id, emoji) for who, on, emoji in mine]
        for mine in steps
    ]
    db.session.commit()
    assert at_once(app, acts) == []
    kept = fresh(post).reaction_counts
    # In the order in which each came first, which a recount can't know once the first one left.
    assert sorted(kept) == sorted(counts_of(post.id))
    log = db.session.query(Change).filter(Change.channel_id == channel.id, Change.seq > before)
    numbers = sorted(change.seq for change in log)
    seq = db.session.get_one(Channel, channel.id, populate_existing=True).seq
    assert numbers == list(range(before + 1, seq + 1))


def test_many_choose_the_same_in_the_same_moment(app: Flask, people: list[Person]):
    channel = make_channel(people[0], "", *people[1:])
    post = write(people[0], channel)
    db.session.commit()
    acts = [[(react, each.id, post.id, "tada")] for each in people for _twice in range(2)]
    assert at_once(app, acts) == []
    assert fresh(post).reaction_counts == [["tada", 3]] == counts_of(post.id)
