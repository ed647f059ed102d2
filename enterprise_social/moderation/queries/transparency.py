"""The counts of a year, for everybody: what was reported and decided, nobody recognisable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.moderation.models import Appeal, Case, Decision

# A number below this could be somebody whom colleagues recognise.
SMALLEST = 5


@dataclass(frozen=True)
class Year:
    """What is told of a year; None stands for a number that is too small to be told."""

    year: int
    cases: int | None
    reports: int | None
    by_reason: Mapping[str, int | None]
    by_act: Mapping[str, int | None]
    by_sanction: Mapping[str, int | None]
    appeals: int | None
    overturned: int | None
    median_hours: float | None


def years() -> Sequence[int]:
    """Return the years that there is something of, and this one, the newest first."""
    first = db.session.execute(select(func.min(Case.opened_at))).scalar_one_or_none()
    this = now().year
    return list(range(this, (first.year if first else this) - 1, -1))


def year_of(year: int) -> Year:
    """Return the counts of a year: of cases that began, decisions and appeals made in it."""
    begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    began = (Case.opened_at >= begin, Case.opened_at < end)
    made = (Decision.at >= begin, Decision.at < end, Decision.undone_at.is_(None))
    reasons = db.session.execute(
        select(Case.reason, func.count(), func.sum(Case.report_count))
        .where(*began)
        .group_by(Case.reason)
    ).all()
    acts: Counter[str] = Counter()
    sanctions: Counter[str] = Counter()
    for act, sanction, number in db.session.execute(
        select(Decision.act, Decision.sanction, func.count())
        .where(*made)
        .group_by(Decision.act, Decision.sanction)
    ):
        acts[act] += number
        if sanction:
            sanctions[sanction] += number
    times = sorted(
        (row[1] - row[0]).total_seconds() / 3600
        for row in db.session.execute(
            select(Case.opened_at, Decision.at)
            .join(Decision, Decision.case_id == Case.id)
            .where(*made)
        )
    )
    outcomes: dict[str, int] = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Appeal.outcome, func.count())
            .where(Appeal.at >= begin, Appeal.at < end)
            .group_by(Appeal.outcome)
        )
    }
    return Year(
        year=year,
        cases=_told(sum(row[1] for row in reasons)),
        reports=_told(sum(row[2] or 0 for row in reasons)),
        by_reason=_large({row[0]: row[1] for row in reasons}),
        by_act=_large(acts),
        by_sanction=_large(sanctions),
        appeals=_told(sum(outcomes.values())),
        overturned=_told(outcomes.get("overturned", 0)),
        median_hours=round(times[len(times) // 2], 1) if len(times) >= SMALLEST else None,
    )


def _told(number: int) -> int | None:
    """Zero is no secret; one to four may be somebody."""
    return number if number == 0 or number >= SMALLEST else None


def _large(numbers: Mapping[str, int]) -> dict[str, int | None]:
    """Leave small numbers out, and a second one beside a lone small one, which the total shows."""
    ordered = sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    found = {name: _told(number) for name, number in ordered}
    small = [name for name, number in found.items() if number is None]
    if len(small) == 1:
        shown = [name for name, number in ordered if found[name] is not None and number]
        if shown:
            found[shown[-1]] = None
    return found
