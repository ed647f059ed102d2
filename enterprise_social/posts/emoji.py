"""Reads of the organisation's own emoji."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, true

from enterprise_social.core.access import visibility
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, page_by_name
from enterprise_social.posts.models import CustomEmoji


@visibility(CustomEmoji)
def visible_emoji(viewer: Any) -> ColumnElement[bool]:
    """Everyone sees every emoji."""
    del viewer
    return true()


def tokens_of(names: set[str]) -> dict[str, str]:
    """Return the pictures' tokens of the emoji of these names that aren't retired."""
    rows = db.session.execute(
        select(CustomEmoji.name, CustomEmoji.token).where(
            CustomEmoji.name.in_(names), CustomEmoji.retired_at.is_(None)
        )
    )
    return {row.name: row.token for row in rows}


def suggested(beginning: str, limit: int) -> Sequence[CustomEmoji]:
    """Return emoji whose names begin so, or hold it, the shortest first."""
    wanted = beginning.lower().strip(":")
    statement = select(CustomEmoji).where(
        CustomEmoji.retired_at.is_(None), CustomEmoji.name.contains(wanted, autoescape=True)
    )
    first = CustomEmoji.name.startswith(wanted, autoescape=True)
    ordered = statement.order_by(first.desc(), CustomEmoji.name).limit(limit)
    return db.session.scalars(ordered).all()


def listed(cursor: str | None, limit: int = 60) -> Page[CustomEmoji]:
    """Return a page of all emoji by name, the retired ones too. Raises Invalid."""
    return page_by_name(select(CustomEmoji), CustomEmoji, lambda one: one, cursor, limit)
