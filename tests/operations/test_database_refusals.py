"""What PostgreSQL refuses for now is answered 503 with a time to come again, and never 500."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from enterprise_social.core.db import db
from tests.making import make_channel, make_person, sign_in, write


@pytest.fixture
def backend() -> str:
    """SQLite has none of these."""
    return "postgres"


@dataclass
class Reader:
    """A signed-in browser that shows a channel."""

    client: FlaskClient
    page: str
    call: str

    def get(self, *, api: bool = False) -> TestResponse:
        """Ask for the channel's page, or for what it is by the API."""
        return self.client.get(f"/api/v1{self.call}" if api else self.page)

    def post(self) -> TestResponse:
        """Write a post."""
        return self.client.post(f"/api/v1{self.call}/posts", json={"body": "second"})


@pytest.fixture
def reader(app: Flask) -> Iterator[Reader]:
    """Somebody who is signed in, with a channel that holds a post."""
    with app.app_context():
        ada = make_person("Ada")
        channel = make_channel(ada, "gate")
        write(ada, channel, "first")
        reader = Reader(sign_in(app, ada), f"/channels/{channel.slug}", f"/channels/{channel.id}")
        assert reader.get().status_code == 200
        yield reader


@contextmanager
def all_connections_taken() -> Iterator[None]:
    """Use every connection that this process may have."""
    pool: Any = db.engine.pool
    before, pool._timeout = pool._timeout, 0.1
    with ExitStack() as taken:
        for _another in range(pool.size() + pool._max_overflow):
            taken.enter_context(db.engine.connect())
        yield
    pool._timeout = before


@contextmanager
def set_for_new_connections(setting: str) -> Iterator[None]:
    """Have the server apply a setting to whoever connects to this database."""
    name = db.engine.url.database
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET {setting}"))
    db.session.remove()
    db.engine.dispose()
    yield
    db.engine.dispose()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(text(f"ALTER DATABASE {name} RESET {setting.split()[0]}"))
    db.engine.dispose()


def check_told_to_wait(answer: Any) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"] == "5"


def test_no_connection_is_free(reader: Reader) -> None:
    db.session.remove()
    with all_connections_taken():
        check_told_to_wait(reader.get())
        check_told_to_wait(reader.get(api=True))
    assert reader.get().status_code == 200


def test_a_statement_takes_longer_than_the_server_allows(reader: Reader) -> None:
    with set_for_new_connections("statement_timeout = '200ms'"):
        with db.engine.begin() as holder:
            holder.execute(text("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE"))
            check_told_to_wait(reader.get())
        assert reader.get().status_code == 200


def test_the_server_may_not_write_just_now(reader: Reader) -> None:
    """As where a standby has taken the address over and is not the first yet."""
    with set_for_new_connections("default_transaction_read_only = on"):
        check_told_to_wait(reader.post())
    assert reader.post().status_code == 201
