"""The pages of following cost the same however much one follows and however much is written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask
from flask.testing import FlaskClient

from enterprise_social.following.actions import follow_hashtag, follow_person, open_storyline
from enterprise_social.people.models import Person
from tests.making import make_channel, make_person, sign_in, write

Counting = Callable[[], AbstractContextManager[list[str]]]
PAGES = (
    "/following",
    "/following?show=people",
    "/following?show=hashtags",
    "/threads",
    "/hashtags",
    "/hashtags/crane0",
    "/people/{star}/storyline",
    "/people/{star}/followers",
    "/api/v1/me/following/posts",
    "/api/v1/me/threads",
    "/api/v1/hashtags/crane0/posts",
)


def fill(me: Person, star: Person, number: int) -> None:
    """Let more people write, whom ``me`` follows, and follow ``star``."""
    for index in range(number):
        other = make_person()
        follow_person(me, other)
        follow_person(other, star)
        follow_hashtag(me, f"crane{index}")
        root = write(other, open_storyline(other), f"#crane{index} and #crane0")
        write(me, open_storyline(other), "an answer", parent_id=root.id)
        write(star, open_storyline(star), "again #crane0")
        channel = make_channel(other, "", me)
        write(me, channel, "#crane0", parent_id=write(other, channel, "look").id)


def costs(client: FlaskClient, star: Person, count_queries: Counting) -> dict[str, int]:
    """Return how many statements each page takes."""
    found = {}
    for page in PAGES:
        with count_queries() as statements:
            answer = client.get(page.format(star=star.username))
        assert answer.status_code == 200, page
        found[page] = len(statements)
    return found


def test_it_costs_the_same_however_much_there_is(house: Flask, count_queries: Counting) -> None:
    me, star = make_person("Me"), make_person("Star")
    client = sign_in(house, me)
    fill(me, star, 2)
    costs(client, star, count_queries)
    few = costs(client, star, count_queries)
    fill(me, star, 8)
    many = costs(client, star, count_queries)
    assert {page: number for page, number in many.items() if number > few[page]} == {}
    assert max(many.values()) <= 25
