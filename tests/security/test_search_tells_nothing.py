"""Whether a word stands in posts that one may not read shows in no answer of the search."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.search import queries
from tests.making import make_channel, make_person, write


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
    app.extensions["search_engine"].close()


def found(viewer: Person, text: str) -> list[int]:
    db.session.rollback()
    return [one.card.id for one in queries.search(viewer, text).found]


def test_a_word_of_a_private_channel_is_given_up_like_a_word_of_nobody(app: Flask) -> None:
    mira, otto = make_person("Mira"), make_person("Otto")
    hall, secret = make_channel(mira, "Hall", otto), make_channel(mira, "Board", kind="private")
    for number in range(12):
        write(mira, hall, f"the lighthouse opens at {number}")
        write(mira, secret, f"the minutes of meeting {number}")
    write(mira, secret, "the takeover of vantablack")
    app.extensions["worker"].run_until_idle()
    for common in ("the", "the lighthouse", "opens"):
        known_to_others = found(otto, f"{common} vantablack")
        known_to_nobody = found(otto, f"{common} qqzzqqzz")
        assert known_to_others == known_to_nobody != []
    assert len(found(mira, "vantablack")) == 1


def test_the_order_of_an_answer_does_not_tell_how_often_others_write_a_word(app: Flask) -> None:
    mira, otto = make_person("Mira"), make_person("Otto")
    hall, secret = make_channel(mira, "Hall", otto), make_channel(mira, "Board", kind="private")
    for number in range(12):
        write(mira, secret, f"merger talk {number}")
        write(mira, hall, f"nothing new today {number}")
    # As rare as each other for Otto, and the one with the word of the board is the newer.
    first, second = write(otto, hall, "about gardens"), write(otto, hall, "about merger")
    app.extensions["worker"].run_until_idle()
    assert found(otto, "merger OR gardens") == [second.id, first.id]
