"""What a call costs in queries, whatever the number of posts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

import pytest
from sqlalchemy import event

from enterprise_social.core.db import db
from enterprise_social.posts.actions import edit_post, set_pinned
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import make_channel, make_person, write


@contextmanager
def counted() -> Iterator[list[str]]:
    """Gather the statements that this thread sends: the live delivery has a thread of its own."""
    statements: list[str] = []
    here = get_ident()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if get_ident() == here and not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def fill(world: World, count: int) -> None:
    """Write posts with everything on them: replies, quotes, pins, edits, many authors."""
    root = write(world.ada, world.public, "root")
    for number in range(count):
        author = (world.ada, world.bo)[number % 2]
        post = write(author, world.public, f"@bo #tag{number}", quoted_post_id=root.id)
        write(world.bo, world.public, parent_id=post.id, also_in_channel=True)
        write(world.ada, world.public, parent_id=root.id)
        set_pinned(world.ada, post, True)
        edit_post(author, post, f"edited {number}")
        make_channel(world.ada, f"More {number}", world.bo)
        make_person()


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/me", 6),
        ("/unread", 3),
        ("/users", 6),
        ("/channels", 2),
        ("/channels/1", 2),
        ("/channels/1/members", 4),
        ("/channels/1/posts", 6),
        ("/channels/1/pins", 6),
        ("/channels/1/events?after=0&limit=200", 10),
        ("/posts/1", 5),
        ("/posts/1/replies", 6),
        ("/posts/1/revisions", 3),
        ("/drafts", 2),
        ("/tokens", 2),
    ],
)
def test_reading_takes_a_fixed_number_of_queries(
    world: World, bo: Caller, path: str, most: int
) -> None:
    fill(world, 2)
    bo.ask("GET", path)
    with counted() as few:
        bo.ask("GET", path)
    fill(world, 6)
    with counted() as many:
        answer = bo.ask("GET", path)
    assert answer.status_code == 200
    assert len(many) == len(few) <= most, many


def test_posting_takes_a_fixed_number_of_statements(world: World, bo: Caller) -> None:
    path = f"/channels/{world.public.id}/posts"
    bo.post(path, body="first")  # notes that the token is in use
    with counted() as few:
        bo.post(path, body="second")
    fill(world, 4)
    with counted() as many:
        bo.post(path, body="third")
    assert len(many) == len(few) <= 14, many


def test_sending_again_costs_next_to_nothing(world: World, bo: Caller) -> None:
    path = f"/channels/{world.public.id}/posts"
    bo.post(path, body="once", client_id="c")
    with counted() as statements:
        bo.post(path, 200, body="once", client_id="c")
    assert len(statements) <= 6, statements
