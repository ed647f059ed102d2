"""The version before goes on writing while its tables are brought to this version, and after."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, MetaData, Table, insert, literal, select, text, update

from enterprise_social.channels.actions import join_channel
from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post
from tests.migrations.test_migrations import empty_app, some_data, to
from tests.services.process import until

BEFORE = "0019"  # where the release before this one stood
WRITERS = 3
# A migration waits for a lock for a second at most, and so do they who wait behind it.
LONGEST_WAIT_SECONDS = 5.0

__all__ = ["empty_app"]


class Writer(threading.Thread):
    """Posts and reads with the statements of the version before: its columns and no others."""

    def __init__(self, engine: Engine, tables: dict[str, Table], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.written: list[str] = []
        self.longest = 0.0
        self.error: Exception | None = None
        self._engine, self._tables = engine, tables
        self._stopping = threading.Event()

    def run(self) -> None:
        """Write until stopped, or until something fails."""
        while not self._stopping.is_set() and self.error is None:
            begun = time.monotonic()
            try:
                self._write(f"{self.name} {len(self.written)}")
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                self.error = error
            self.longest = max(self.longest, time.monotonic() - begun)

    def stop(self) -> None:
        """End it."""
        self._stopping.set()
        self.join(30)

    def _write(self, body: str) -> None:
        channels, posts = self._tables["channels"].c, self._tables["posts"].c
        with self._engine.begin() as connection:
            number = connection.execute(
                update(channels.id.table)
                .where(channels.id == 1)
                .values(seq=channels.seq + 1, last_post_seq=channels.seq + 1)
                .returning(channels.seq)
            ).scalar_one()
            new: dict[str, Any] = {"seq": number, "changed_seq": number, "body": body}
            taken = {
                each.name: literal(new[each.name]) if each.name in new else each
                for each in posts
                if each.name != "id"
            }
            first = select(*taken.values()).where(posts.id == 1)
            connection.execute(insert(posts.id.table).from_select(list(taken), first))
        self.written.append(body)
        with self._engine.connect() as connection:
            newest = select(posts.id.table).order_by(posts.seq.desc()).limit(20)
            assert connection.execute(newest).first() is not None


@pytest.fixture
def backend() -> str:
    """Versions side by side are for PostgreSQL."""
    return "postgres"


def test_the_version_before_and_this_one_write_side_by_side(empty_app: Flask) -> None:
    to(BEFORE)
    some_data()
    known = MetaData()
    known.reflect(db.engine, only=["channels", "posts"])
    tables = {name: known.tables[name] for name in ("channels", "posts")}
    with db.engine.begin() as connection:
        # Made by hand with a number of its own: the sequence doesn't know of it.
        connection.execute(text("SELECT setval(pg_get_serial_sequence('posts', 'id'), 10)"))
    writers = [Writer(db.engine, tables, f"writer {number}") for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        until(lambda: all(len(writer.written) > 5 for writer in writers), 30, "posts of before")
        to("head")
        # From here on this version writes between those of the one before.
        author, channel = db.session.get(Person, 1), db.session.get(Channel, 1)
        assert author is not None
        assert channel is not None
        join_channel(author, channel)
        mine = [create_post(author, channel, f"new {number}")[0].body for number in range(20)]
    finally:
        for writer in writers:
            writer.stop()
    assert [writer.error for writer in writers] == [None] * WRITERS
    assert max(writer.longest for writer in writers) < LONGEST_WAIT_SECONDS
    db.session.remove()
    rows = db.session.execute(text("SELECT seq, body FROM posts WHERE id > 1 ORDER BY seq")).all()
    bodies = [row.body for row in rows]
    for expected in (mine, *(writer.written for writer in writers)):
        here = set(expected)
        assert [body for body in bodies if body in here] == expected, "each once, in order"
    assert len({row.seq for row in rows}) == len(rows)
