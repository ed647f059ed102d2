"""Migrations hold nobody up for long: while they run on PostgreSQL others read and write.

It is looked at for those since 0020; the ones before are from the time of small installations.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, text

from enterprise_social.core.db import db
from tests.migrations.test_migrations import empty_app, revisions, some_data, tables, to

FIRST = "0020"
# Locks that others' reading or writing waits for (PostgreSQL manual, 13.3, table 13.2).
STRONG = {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}
# What changes a table's description and looks at none of its rows.
QUICK = re.compile(
    r"ADD COLUMN \S+ (?!.*\b(?:now|random|gen_random_uuid|clock_timestamp)\()"
    r"|DROP COLUMN|DROP CONSTRAINT|ADD CONSTRAINT .* NOT VALID|VALIDATE CONSTRAINT"
    r"|ALTER COLUMN \S+ (?:SET DEFAULT|DROP DEFAULT|DROP NOT NULL)|RENAME ",
    re.IGNORECASE | re.DOTALL,
)

__all__ = ["empty_app"]


@pytest.fixture
def backend() -> str:
    return "postgres"


@dataclass
class Watch:
    """Looks at each statement of a migration, and at what is locked after it."""

    here: set[str]
    wrong: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)

    def judge(self, statement: str) -> None:
        """Say what is wrong with a statement, given what was locked before it."""
        said = " ".join(statement.split())
        named = {table for table in self.here if re.search(rf'\b"?{table}"?\b', said)}
        if re.match(r"(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", said) and named & self.rows_of(said):
            if self.held:
                self.wrong.append(f"goes through rows while {sorted(self.held)} wait: {said}")
        elif said.startswith("ALTER TABLE") and named and not self.is_quick(said):
            self.wrong.append(f"looks at every row under a lock: {said}")
        elif re.match(r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)", said) and named:
            self.wrong.append(f"holds up who writes while the index is made: {said}")

    def rows_of(self, said: str) -> set[str]:
        """Return the tables here whose rows are read or changed; jobs are only put in."""
        if re.match(r"INSERT INTO outbox_jobs .* VALUES", said):
            return set()
        return self.here - {"alembic_version"}

    def is_quick(self, said: str) -> bool:
        table = said.removeprefix("ALTER TABLE ").split()[0].strip('"')
        return table not in self.here or QUICK.search(said) is not None

    def look(self, connection: Any) -> None:
        """Note which of the tables that were here are locked strongly now."""
        rows = connection.execute(
            "SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " WHERE l.pid = pg_backend_pid() AND l.granted AND c.relkind = 'r'"
        ).fetchall()
        self.held = {name for name, mode in rows if mode in STRONG and name in self.here}


def files() -> dict[str, int]:
    """Return where each table's rows stand; a table that is written anew stands elsewhere."""
    asked = text(
        "SELECT relname, pg_relation_filenode(oid) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    with db.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(asked)}


@pytest.fixture
def watched(empty_app: Flask) -> Callable[[str], list[str]]:
    """``watched(revision)`` migrates to it and returns what was wrong on the way."""

    def migrate(revision: str) -> list[str]:
        watch, before = Watch(tables()), files()

        def first(_c: Any, _u: Any, statement: str, *_rest: Any) -> None:
            watch.judge(statement)

        def then(connection: Any, *_rest: Any) -> None:
            watch.look(connection.connection.driver_connection)

        event.listen(db.engine, "before_cursor_execute", first)
        event.listen(db.engine, "after_cursor_execute", then)
        try:
            to(revision)
        finally:
            event.remove(db.engine, "before_cursor_execute", first)
            event.remove(db.engine, "after_cursor_execute", then)
        after = files()
        moved = [name for name in before if after.get(name, before[name]) != before[name]]
        return watch.wrong + [f"{name} is written anew" for name in moved]

    return migrate


def test_no_migration_holds_a_table_while_it_goes_through_rows(
    watched: Callable[[str], list[str]],
) -> None:
    all_of_them = revisions()
    at = all_of_them.index(FIRST)
    to(all_of_them[at - 1])
    some_data()
    assert {each: wrong for each in all_of_them[at:] if (wrong := watched(each))} == {}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE INDEX made ON posts (type)", "holds up who writes"),
        ("ALTER TABLE posts ALTER COLUMN type SET NOT NULL", "every row"),
        ("ALTER TABLE posts ALTER COLUMN seq TYPE numeric", "every row"),
        ("ALTER TABLE posts ADD COLUMN at timestamptz DEFAULT now()", "every row"),
        ("ALTER TABLE posts ADD CONSTRAINT c CHECK (seq > 0)", "every row"),
        ("UPDATE posts SET type = 'x'", "goes through rows"),
    ],
)
def test_what_would_hold_others_up_is_seen(statement: str, said: str) -> None:
    watch = Watch({"posts", "people"}, held={"people"})
    watch.judge(statement)
    assert said in "".join(watch.wrong)
    watch = Watch({"people"}, held={"people"})
    watch.judge(statement)
    assert watch.wrong == [], "of a table that this very migration makes"


def test_a_migration_waits_for_a_lock_a_short_time_and_tries_again(empty_app: Flask) -> None:
    """So that those who want to read meanwhile don't queue up behind it."""
    to("0019")
    some_data()
    url = db.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url) as somebody:
        somebody.execute("SELECT 1 FROM posts")  # holds its lock until the transaction's end
        done = threading.Event()
        leaving = threading.Timer(1.3, lambda: (somebody.rollback(), done.set()))
        leaving.start()
        to(FIRST)
        assert done.is_set()
        leaving.join()
    assert "reactions" in tables()
