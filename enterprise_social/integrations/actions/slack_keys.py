"""The keys by which an import knows what it has brought in before, and free ids for new rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import func, select, text

from enterprise_social.core.db import Base, db, is_sqlite

T = TypeVar("T")
_LONGEST = 150
_BLOCK = 500


def import_key(*parts: str) -> str:
    """A key of at most 150 characters, the same whenever the parts are the same."""
    key = ":".join(("slack", *parts))
    if len(key) <= _LONGEST:
        return key
    return f"slack:{hashlib.sha256(key.encode()).hexdigest()}"


def timestamp(microseconds: int) -> str:
    """A message's time as Slack writes it, which is also its id: ``1479770838.000100``."""
    return f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06d}"


def new_ids(model: type[Base]) -> Iterator[int]:
    """Ids for new rows of a table, without end.

    Rows of one batch name each other (a reply its parent), so the ids must be known before they
    are inserted. Only inside an action: on SQLite it is the write lock that keeps them free.
    """
    table = model.__tablename__
    if is_sqlite():
        column: Any = model.__mapper__.primary_key[0]
        highest = db.session.execute(select(func.max(column))).scalar_one() or 0
        while True:
            highest += 1
            yield highest
    take = text(
        "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
    )
    while True:
        taken = db.session.execute(take, {"table": table, "count": _BLOCK})
        yield from sorted(int(value) for value in taken.scalars())


def chunks(items: Sequence[T], size: int = _BLOCK) -> Iterator[Sequence[T]]:
    """`items` in pieces that a statement's parameters can hold."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
