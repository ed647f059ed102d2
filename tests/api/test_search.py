"""Search by the API, with the worker and a real index."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import write


@pytest.fixture
def work(app: Flask) -> Iterator[Callable[[], None]]:
    """Do all that follows from what was written."""
    yield app.extensions["worker"].run_until_idle
    app.extensions["search_engine"].close()


def test_posts_are_found_with_what_was_found_marked_and_escaped(
    world: World, bo: Caller, work: Callable[[], None]
) -> None:
    post = write(world.ada, world.public, "the <b>gantry</b> crane & its driver")
    write(world.ada, world.public, "something else")
    work()
    answer = bo.get("/search", q="gantry crane")
    assert (answer["total"], answer["next_cursor"]) == (1, None)
    assert answer["items"][0]["post"] == bo.get(f"/posts/{post.id}")
    snippet = answer["items"][0]["snippet"]
    assert "<mark>gantry</mark>" in snippet
    assert "<b>" not in snippet.replace("&lt;b&gt;", "")
    assert answer["facets"]["channel"][0] == {"term": "in:harbour", "label": "Harbour", "count": 1}


def test_hits_are_walked_exactly_once_in_both_orders(
    world: World, bo: Caller, work: Callable[[], None]
) -> None:
    posts = [write(world.ada, world.public, f"gantry {number}") for number in range(7)]
    work()
    for sort in ("relevance", "newest"):
        hits = [hit["post"]["id"] for hit in bo.walk("/search", q="gantry", sort=sort, limit=3)]
        assert sorted(hits) == [post.id for post in posts]
    assert hits == [post.id for post in reversed(posts)]


def test_outsiders_find_count_and_page_through_nothing(
    world: World, cy: Caller, dee: Caller, work: Callable[[], None]
) -> None:
    write(world.ada, world.private, "the zephyrion takeover")
    work()
    for stranger in (cy, dee):
        for text in ("zephyrion", "zephyrian", "zeph*", "in:budget", "from:ada takeover"):
            answer = stranger.get("/search", q=text)
            assert (answer["items"], answer["total"], answer["corrected"]) == ([], 0, None)


def test_odd_queries_are_answered_and_odd_cursors_refused(
    world: World, bo: Caller, work: Callable[[], None]
) -> None:
    write(world.ada, world.public, "gantry")
    work()
    for text in ("", '"', "OR OR", "-", "from:", "((", "*", "after:never", "\u202e", "x" * 1000):
        assert bo.get("/search", q=text)["total"] >= 0
    assert "q" in bo.get("/search", 422, q="a\x00b")["errors"]
    for cursor in ("nonsense", "e30", "W10", "%00"):
        assert "cursor" in bo.get("/search", 422, q="gantry", cursor=cursor)["errors"]
