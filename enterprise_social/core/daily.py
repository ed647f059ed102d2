"""What is done once a day, whatever happens: a room listens to ``DayBegun``.

Each day's event plans the next one's, so that a job that fails for good ends nothing. The worker
looks at its start whether a day is planned.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, text

from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.events import Event, after, announce
from enterprise_social.core.outbox import OutboxJob

# When little is going on in Europe and America; in UTC.
HOUR = 2
# Any number that nothing else locks by (PostgreSQL's advisory locks).
_ONE_PLANS = 5_187_302_441


@dataclass(frozen=True)
class DayBegun(Event):
    """The daily work of ``day`` (ISO 8601) is due. It may come more than once a day."""

    day: str


@action
def plan() -> None:
    """Plan the next day, unless it is planned."""
    if not is_sqlite():
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_PLANS})
    planned = select(OutboxJob.payload).where(
        OutboxJob.event == DayBegun.name, OutboxJob.run_at > now(), OutboxJob.attempts == 0
    )
    days = {json.loads(payload)["day"] for payload in db.session.scalars(planned)}
    moment = next_time(now())
    if moment.date().isoformat() not in days:
        announce(DayBegun(moment.date().isoformat()), run_at=moment)


def next_time(moment: datetime) -> datetime:
    """Return when the daily work is due next after ``moment``."""
    due = _on(moment.astimezone(UTC).date())
    return due if due > moment else due + timedelta(days=1)


def _on(day: date) -> datetime:
    return datetime.combine(day, time(HOUR), UTC)


@after(DayBegun)
def plan_the_next(_event: DayBegun) -> None:
    """Go on with the next day."""
    plan()
