"""Keyset paging with opaque cursors."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from flask_babel import gettext as _
from sqlalchemy import Select, and_, or_

from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid

T = TypeVar("T")
LARGEST_PAGE = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; ``next_cursor`` is None on the last."""

    items: Sequence[T]
    next_cursor: str | None


def page_by_name(
    statement: Select[*tuple[Any, ...]],
    named: type[Any],
    make: Callable[..., T],
    cursor: str | None,
    limit: int,
) -> Page[T]:
    """Return a page of what ``statement`` selects, by the name and the id of ``named``.

    A row is a ``named`` first and then whatever ``make`` takes beside it. Raises Invalid for a
    cursor that is not of this list.
    """
    if cursor:
        name, last_id = decode(cursor, str, int)
        statement = statement.where(
            or_(named.name > name, and_(named.name == name, named.id > last_id))
        )
    rows = db.session.execute(statement.order_by(named.name, named.id).limit(limit + 1)).all()
    last = rows[limit - 1][0] if len(rows) > limit else None
    more = encode(last.name, last.id) if last is not None else None
    return Page([make(*row) for row in rows[:limit]], more)


def encode(*parts: Any) -> str:
    """Make an opaque cursor of the sort key's values (numbers, strings, aware times)."""
    raw = json.dumps([_plain(part) for part in parts], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _plain(part: Any) -> Any:
    return part.astimezone(UTC).isoformat() if isinstance(part, datetime) else part


def decode(cursor: str, *kinds: type[Any]) -> tuple[Any, ...]:
    """Read a cursor's values back as ``kinds``.

    Raises Invalid for anything that ``encode`` did not make for such a list.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw)
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError(cursor)
        return tuple(_part(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, RecursionError, binascii.Error, OverflowError) as error:
        raise Invalid(errors={"cursor": [_("This cursor is not one of ours.")]}) from error


def _part(value: Any, kind: type[Any]) -> Any:
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    if type(value) is not kind or (kind is int and abs(value) >= 2**63):
        raise ValueError(value)
    # No database takes NUL or lone surrogates; encoding refuses the latter.
    if kind is str and b"\x00" in value.encode():
        raise ValueError(value)
    return value
