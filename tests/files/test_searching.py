"""Files are found by what is in them, by their names, and by being there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from enterprise_social.channels.models import Channel
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post
from enterprise_social.search.queries import search
from tests.files import samples
from tests.files.test_storing import store
from tests.making import make_channel, make_person, write


@pytest.fixture
def author(app: Flask) -> Iterator[Person]:
    with app.app_context():
        yield make_person()
        app.extensions["search_engine"].close()


@pytest.fixture
def channel(author: Person) -> Channel:
    return make_channel(author, kind="private")


def found(viewer: Person, query: str) -> list[int]:
    return sorted(hit.card.id for hit in search(viewer, query).found)


def test_a_post_is_found_by_its_files(app: Flask, author: Person, channel: Channel) -> None:
    plan = store(author, samples.pdf("Quayside lift schedule"), "Q3 Crane-Plan_final.pdf")
    picture = store(author, samples.image(), "IMG_0042.png", alt="A blue container")
    one = write(author, channel, "please read", file_ids=[plan.id]).id
    two_post = write(author, channel, "", file_ids=[picture.id])
    two = two_post.id
    three = write(author, channel, "nothing with it https://example.org").id
    app.extensions["worker"].run_until_idle()
    for query, expected in (
        ("quayside", [one]),
        ("please schedule", [one]),
        ("blue container", [two]),
        ("has:file", [one, two]),
        ("has:files", [one, two]),
        ("has:image", [two]),
        ("-has:file", []),
        ("has:link", [three]),
        ("filename:crane", [one]),
        ('filename:"q3 plan"', [one]),
        ("filename:img_0042.png", [two]),
        ("filename:schedule", []),
        ("has:image OR filename:crane", [one, two]),
    ):
        assert found(author, query) == expected, query
    (hit,) = search(author, "quayside").found
    assert "Quayside" in [piece.text for piece in hit.snippet if piece.marked]
    assert found(make_person(), "quayside has:file") == []
    delete_post(author, two_post)
    app.extensions["worker"].run_until_idle()
    assert found(author, "has:image") == []
