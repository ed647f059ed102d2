"""The queue: what waits for those who judge, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, tuple_
from sqlalchemy.orm import aliased

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.core.text import plain_excerpt
from enterprise_social.moderation.models import Case, Decision
from enterprise_social.people.models import Person

EXCERPT = 220
LISTED = 30
TABS = ("open", "held", "appeals", "decided")
AGES = ("overdue", "today", "older")
ASSIGNED = ("me", "nobody")


@dataclass(frozen=True)
class Filters:
    """What is asked of the queue; empty is everything.

    ``tab`` is one of TABS, ``age`` of AGES, ``assigned`` of ASSIGNED or a person's id.
    """

    tab: str = "open"
    reason: str = ""
    channel_id: int | None = None
    assigned: str = ""
    age: str = ""


@dataclass(frozen=True)
class Row:
    """A case as the queue shows it."""

    case: Case
    author: Person | None
    channel: Channel | None
    assignee: Person | None

    @property
    def excerpt(self) -> str:
        """The beginning of what was said when the case began."""
        return plain_excerpt(self.case.said, EXCERPT)


def listing(
    viewer: Person, filters: Filters, *, cursor: str | None = None, limit: int = LISTED
) -> Page[Row]:
    """Return a page of what the viewer may judge: the oldest first, what is decided newest first.

    Raises Invalid for a foreign cursor.
    """
    author, assignee = aliased(Person), aliased(Person)
    statement: Any = (
        select(Case, author, Channel, assignee)
        .outerjoin(author, author.id == Case.author_id)
        .outerjoin(Channel, Channel.id == Case.channel_id)
        .outerjoin(assignee, assignee.id == Case.assignee_id)
        .where(visible(Case, viewer), *_asked(viewer, filters))
        .execution_options(populate_existing=True)
    )
    rows = db.session.execute(_ordered(statement, filters.tab, cursor).limit(limit + 1)).all()
    last = rows[limit - 1][0] if len(rows) > limit else None
    more = encode(_moment(last, filters.tab), last.id) if last is not None else None
    return Page([Row(*row) for row in rows[:limit]], more)


def counts(viewer: Person, channel_id: int | None = None) -> Mapping[str, int]:
    """Count what waits, by tab; what is decided isn't counted."""
    here = [] if channel_id is None else [Case.channel_id == channel_id]
    statement = (
        select(Case.state, Case.kind, func.count())
        .where(visible(Case, viewer), Case.state.in_(("open", "appealed")), *here)
        .group_by(Case.state, Case.kind)
    )
    found = dict.fromkeys(TABS, 0)
    for state, kind, number in db.session.execute(statement):
        tab = "appeals" if state == "appealed" else "open" if kind == "report" else "held"
        found[tab] += number
    return found


def neighbours(viewer: Person, case: Case, filters: Filters) -> tuple[int | None, int | None]:
    """Return the ids of the cases before and after one in the queue, or None at its ends."""
    moment = _moment(case, filters.tab)
    if moment is None:
        return None, None
    key = tuple_(_column(filters.tab), Case.id)
    here = tuple_(*(moment, case.id))
    base = select(Case.id).where(visible(Case, viewer), *_asked(viewer, filters))
    column = _column(filters.tab)
    before = base.where(key < here).order_by(column.desc(), Case.id.desc()).limit(1)
    after = base.where(key > here).order_by(column, Case.id).limit(1)
    found = [db.session.execute(each).scalar_one_or_none() for each in (before, after)]
    return (found[1], found[0]) if filters.tab == "decided" else (found[0], found[1])


def median_minutes(viewer: Person, since: datetime) -> int | None:
    """Return the minutes that half of what was decided since then took at most, or None."""
    rows = db.session.execute(
        select(Case.opened_at, Decision.at)
        .join(Decision, Decision.case_id == Case.id)
        .where(visible(Case, viewer), Decision.at >= since, Decision.undone_at.is_(None))
        .order_by(Decision.id.desc())
        .limit(500)
    )
    times = sorted((row[1] - row[0]).total_seconds() / 60 for row in rows)
    return round(times[len(times) // 2]) if times else None


def _asked(viewer: Person, filters: Filters) -> list[ColumnElement[bool]]:
    states: dict[str, ColumnElement[bool]] = {
        "open": and_(Case.state == "open", Case.kind == "report"),
        "held": and_(Case.state == "open", Case.kind != "report"),
        "appeals": Case.state == "appealed",
        "decided": Case.state.in_(("decided", "settled")),
    }
    asked = [states[filters.tab]]
    if filters.reason:
        asked.append(Case.reason == filters.reason)
    if filters.channel_id is not None:
        asked.append(Case.channel_id == filters.channel_id)
    if filters.assigned == "me":
        asked.append(Case.assignee_id == viewer.id)
    elif filters.assigned == "nobody":
        asked.append(Case.assignee_id.is_(None))
    elif filters.assigned:
        asked.append(Case.assignee_id == int(filters.assigned))
    day = now() - timedelta(days=1)
    if filters.age == "overdue":
        asked.append(Case.due_at < now())
    elif filters.age == "today":
        asked.append(Case.opened_at >= day)
    elif filters.age == "older":
        asked.append(Case.opened_at < day)
    return asked


def _column(tab: str) -> Any:
    return Case.decided_at if tab == "decided" else Case.opened_at


def _moment(case: Case, tab: str) -> datetime | None:
    return case.decided_at if tab == "decided" else case.opened_at


def _ordered(statement: Any, tab: str, cursor: str | None) -> Any:
    column = _column(tab)
    key = tuple_(column, Case.id)
    if cursor:
        place = tuple_(*decode(cursor, datetime, int))
        statement = statement.where(key < place if tab == "decided" else key > place)
    if tab == "decided":
        return statement.order_by(column.desc(), Case.id.desc())
    return statement.order_by(column, Case.id)
