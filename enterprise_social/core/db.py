"""The database: one SQLAlchemy registry for SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Select,
    Table,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import Pool
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from enterprise_social.core import outages

BUSY_TIMEOUT_SECONDS = 5
# A connection to PostgreSQL that was idle for longer is asked whether it still lives.
ASK_AFTER_SECONDS = 1.0
MOST_COUNTED = 1_000  # of what is shown as a number; more is "1,000+"

# How long PostgreSQL may be silent (libpq's names; the address's own win). Without these a request
# would wait for a quarter of an hour where the wire to the server was cut.
PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
# SQLite only gives "autoincrement" to a column that is exactly INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC to the microsecond on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give every stored time its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The declarative base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database(SQLAlchemy):
    """Flask-SQLAlchemy's, whose session ends quietly where the server is gone."""

    def _teardown_session(self, exc: BaseException | None) -> None:
        try:
            super()._teardown_session(exc)
        except outages.DATABASE_AWAY as error:
            # The rollback could not be sent: the answer, 503 or not, is ready and still goes out.
            outages.note(error)
            self.session.registry.clear()


db = Database(
    model_class=Base,
    disable_autonaming=True,
    # Objects stay readable after an action's commit: views answer from them without new queries.
    session_options={"expire_on_commit": False, "autoflush": False},
)


def is_sqlite() -> bool:
    """Tell whether the current application's database is SQLite."""
    return db.engine.dialect.name == "sqlite"


def table(model: type[Base]) -> Table:
    """Return a model's table, for statements that run all the time and needn't pass the mapper."""
    return cast(Table, model.__table__)


def insert_where_new(model: type[Any], columns: Sequence[str], rows: Any) -> Any:
    """Return the INSERT of what ``rows`` selects, leaving out what is there by its primary key.

    PostgreSQL may look through a table for each row that it adds to it, where the statement asks
    by itself what isn't there: among many that takes minutes.
    """
    make = sqlite_insert if is_sqlite() else postgresql_insert
    return (
        make(model)
        .from_select(list(columns), rows)
        .on_conflict_do_nothing()
        .execution_options(preserve_rowcount=True)
    )


class OneOf(FunctionElement[bool]):
    """The condition for a column to hold one of the ids that a SELECT gives.

    An IN, which PostgreSQL can't look up in an index beside other conditions of an OR: there the
    ids are read once, first, and given as an array.
    """

    inherit_cache = True
    type = Boolean()
    name = "one_of"

    def __init__(self, column: Any, ids: Select[Any]) -> None:
        super().__init__(column, ids.scalar_subquery())

    def self_group(self, against: Any = None) -> OneOf:  # noqa: ARG002
        """It needs no brackets, and no `= 1` where truth is a number."""
        return self


@compiles(OneOf)
def _one_of(element: OneOf, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN {ids}"


@compiles(OneOf, "postgresql")
def _one_of_array(element: OneOf, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY (ARRAY {ids})"


def counted(rows: Select[Any], most: int = MOST_COUNTED) -> int:
    """Count what a SELECT gives, up to one more than ``most``: nobody reads on, and it costs."""
    some = rows.limit(most + 1).subquery()
    return int(db.session.execute(select(func.count()).select_from(some)).scalar_one())


def about_rows(table: str) -> int:
    """Return how many rows a table has: on PostgreSQL as the planner believes where many."""
    if not is_sqlite():
        asked = text("SELECT reltuples::bigint FROM pg_class WHERE oid = CAST(:name AS regclass)")
        believed = int(db.session.execute(asked, {"name": table}).scalar_one())
        if believed > MOST_COUNTED:
            return believed
    counting = select(func.count()).select_from(db.metadata.tables[table])
    return int(db.session.execute(counting).scalar_one())


@contextmanager
def joined_by_sets(wanted: bool = True) -> Iterator[None]:
    """Have PostgreSQL join whole sets in this block, and not look up row after row.

    Where many rows are new it doesn't know yet how many there are, and a plan for few takes hours.
    """
    if not wanted or is_sqlite():
        yield
        return
    db.session.execute(text("SET LOCAL enable_nestloop = off"))
    yield
    db.session.execute(text("SET LOCAL enable_nestloop = DEFAULT"))


def engine_options(url: str) -> dict[str, Any]:
    """Return the pool settings for a database address."""
    # An error's text goes to the log, and a statement's values are messages and hashes.
    shared = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return {
            **shared,
            "pool_size": 16,
            "max_overflow": 64,
            "connect_args": {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        }
    return {
        **shared,
        "pool_size": 10,
        "max_overflow": 20,
        # Whoever waits longer for a connection is answered 503: gunicorn would kill us at 60 s.
        "pool_timeout": 10,
        "pool_recycle": 1800,
        "connect_args": {
            name: value for name, value in PATIENCE.items() if name not in make_url(url).query
        },
    }


@event.listens_for(Pool, "checkin")
def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _ask_whether_it_lives(connection: Any, record: Any, _fairy: Any) -> None:
    # As pool_pre_ping does, but not for what was used just now: asking costs a third of a
    # millisecond each time. With the first lost connection the pool throws all of its age away.
    used_at = record.info.get("used_at")
    if used_at is None or time.monotonic() - used_at < ASK_AFTER_SECONDS:
        return
    if isinstance(connection, sqlite3.Connection):
        return
    try:
        connection.execute("")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError() from error


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver's own BEGIN is late and always deferred; ours is sent by the hook below.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: a confirmed post is on the disk, not only in the system's cache.
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten, and doesn't stay in the file until its page is used again.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA cache_size=-8000")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")
