"""Looking through every text of every table for what somebody was called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import String, Table, and_, cast, func, or_, select, update

from enterprise_social.core.actions import action, finish_reading
from enterprise_social.core.db import Base, db
from enterprise_social.records.erasing.traces import Traces

PIECE = 100
# Tables whose texts are not looked through for @name: they have steps of their own, follow what
# they are an index of, or are never changed.
LEFT_ALONE = frozenset(
    {
        "audit_entries", "audit_head", "audit_heads_given", "directory_postings",
        "directory_spellings", "directory_words", "erasures", "outbox_jobs", "people", "posts",
        "search_documents", "search_words",
    }
)  # fmt: skip
SHORTEST = 60  # of columns that can hold a text with a name in it


def rewritten() -> dict[str, tuple[str, ...]]:
    """Return the columns of all tables in which somebody may be called by @name, besides posts."""
    found = {
        table.name: tuple(column.name for column in table.columns if _is_a_text(column))
        for table in Base.metadata.sorted_tables
        if table.name not in LEFT_ALONE
    }
    return {name: columns for name, columns in found.items() if columns}


def _is_a_text(column: Any) -> bool:
    kind = column.type
    if not isinstance(kind, String) or column.primary_key or column.foreign_keys:
        return False
    return kind.length is None or kind.length >= SHORTEST


def rewrite_table(table: Table, columns: tuple[str, ...], traces: Traces) -> int:
    """Give somebody the new name in these columns of a table; return how many rows held the old."""
    keys = list(table.primary_key.columns)
    chosen = [table.c[name] for name in columns]
    statement = select(*keys, *chosen).where(or_(*(holds(each, traces) for each in chosen)))
    rows = db.session.execute(statement).all()
    finish_reading()
    for row in rows:
        _rewrite_row(table, tuple(row[: len(keys)]), columns, traces)
    return len(rows)


@action
def _rewrite_row(
    table: Table, key: tuple[Any, ...], columns: tuple[str, ...], traces: Traces
) -> None:
    where = and_(
        *(column == value for column, value in zip(table.primary_key.columns, key, strict=True))
    )
    row = db.session.execute(select(*(table.c[name] for name in columns)).where(where)).first()
    if row is None:
        return
    before = {name: text for name, text in zip(columns, row, strict=True) if text}
    texts = {
        name: text[: _longest(table, name)] for name, text in traces.rewrite_all(before).items()
    }
    if texts != before:
        db.session.execute(update(table).where(where).values(**texts))


def _longest(table: Table, name: str) -> int | None:
    kind = table.c[name].type
    return kind.length if isinstance(kind, String) else None


def holds(column: Any, traces: Traces) -> Any:
    text = func.lower(cast(column, String))
    spelt = text.contains(traces.username, autoescape=True)
    if column.name.endswith("html"):
        # Whoever was called something else when it was written has the same number still.
        return or_(spelt, text.contains(traces.chip, autoescape=True))
    return spelt


def in_pieces(statement: Any, act: Callable[[int], None]) -> int:
    """Do something for each id that ``statement`` selects; return how many there were."""
    count = 0
    for row_id in _ids(statement):
        act(row_id)
        count += 1
    return count


def _ids(statement: Any) -> Iterator[int]:
    column = statement.selected_columns[0]
    last = 0
    while True:
        some = statement.where(column > last).order_by(column).limit(PIECE)
        ids = db.session.scalars(some).all()
        finish_reading()
        if not ids:
            return
        yield from ids
        last = ids[-1]
