"""Bringing rows into either database, as fast as it takes them.

Rows come as PostgreSQL's COPY reads them (PostgreSQL manual, "COPY", Text Format). Indexes and
foreign keys of the tables that are filled are taken off first and put on again in the same
transaction: nobody ever sees the tables without them, and what is in them is checked all the same,
at once and not row after row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, text

_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\r": "\r", "\\\\": "\\"}
_ESCAPE = re.compile(r"\\[ntr\\]")


class Target(Protocol):
    """Where rows go."""

    def add(self, table: str, columns: str, rows: str) -> None:
        """Add rows, each a line of fields with tabs between them."""

    def raise_sequences(self, tables: Iterable[str]) -> None:
        """Have new rows numbered after those that were brought in."""


class Postgres:
    """PostgreSQL, in the transaction of a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver: Any = connection.connection.driver_connection

    def add(self, table: str, columns: str, rows: str) -> None:
        """See `Target.add`."""
        if rows:
            with self._driver.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                copy.write(rows)

    def raise_sequences(self, tables: Iterable[str]) -> None:
        """See `Target.raise_sequences`."""
        for table in tables:
            self._connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                    f" (SELECT max(id) FROM {table})) WHERE EXISTS (SELECT FROM {table})"
                )
            )


class Sqlite:
    """SQLite, in the transaction of a connection; it needs no sequences."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, table: str, columns: str, rows: str) -> None:
        """See `Target.add`."""
        gaps = ", ".join("?" * (columns.count(",") + 1))
        found = [tuple(map(_field, row.split("\t"))) for row in rows.splitlines()]
        if found:
            self._connection.exec_driver_sql(
                f"INSERT INTO {table} ({columns}) VALUES ({gaps})",
                found,
            )

    def raise_sequences(self, tables: Iterable[str]) -> None:
        """See `Target.raise_sequences`."""


def _field(value: str) -> str | None:
    if "\\" not in value:
        return value
    return None if value == "\\N" else _ESCAPE.sub(lambda found: _ESCAPES[found[0]], value)


def target(connection: Connection) -> Target:
    """Return where rows go on this connection."""
    return Sqlite(connection) if connection.dialect.name == "sqlite" else Postgres(connection)


@contextmanager
def bare_tables(connection: Connection, tables: Sequence[str]) -> Iterator[None]:
    """Fill tables without their indexes and foreign keys, and put these on again at the end."""
    if connection.dialect.name == "sqlite":
        again = _take_off_sqlite(connection, tables)
    else:
        again = _take_off_postgres(connection, tables)
    yield
    for statement in again:
        connection.exec_driver_sql(statement)


def _take_off_sqlite(connection: Connection, tables: Sequence[str]) -> list[str]:
    names = ", ".join(f"'{table}'" for table in tables)
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        f" AND tbl_name IN ({names})"
    ).all()
    for name, _statement in rows:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    return [row[1] for row in rows]


_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY (CAST(:tables AS regclass[]))
    ORDER BY oid
"""
# An index that a constraint needs stays, as do those by which rows are the same.
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY (CAST(:tables AS regclass[])) AND NOT indisunique
    ORDER BY indexrelid
"""


def _take_off_postgres(connection: Connection, tables: Sequence[str]) -> list[str]:
    given = {"tables": list(tables)}
    # More memory for sorting; nobody else waits for these tables, there is nothing in them yet.
    connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    keys = connection.execute(text(_FOREIGN_KEYS), given).all()
    for table, name, _definition in keys:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = connection.execute(text(_INDEXES), given).all()
    for name, _definition in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [
        *(definition for _name, definition in indexes),
        *(f"ALTER TABLE {table} ADD CONSTRAINT {name} {what}" for table, name, what in keys),
    ]
