"""Ada asks, Ben is in the channel too."""

from __future__ import annotations

import pytest
from flask import Flask

from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from tests.making import make_channel, make_person, write


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


@pytest.fixture
def ada() -> Person:
    return make_person("Ada Reyes")


@pytest.fixture
def ben() -> Person:
    return make_person("Ben Okoro")


@pytest.fixture
def post(ada: Person, ben: Person) -> Post:
    return write(ada, make_channel(ada, "plans", ben), "what do you think?")
