"""Reads of when and how people want to be reached, for a batch of them in a few queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.core.language import zone_of
from enterprise_social.people.models import Availability, Person, Profile, Status
from enterprise_social.people.quiet import EVERY_DAY, Span, end_of_span, next_in_span

DEFAULT_WAYS = ("push", "email", "gateway")
# The organisation's, until somebody chooses their own.
DEFAULT_QUIET = Span(EVERY_DAY, 20 * 60, 7 * 60)
DEFAULT_WORK = Span((0, 1, 2, 3, 4), 9 * 60, 17 * 60)
# Whoever says that they never work, or always want quiet, hears of it all the same after this.
LONGEST_WAIT = timedelta(days=7)


@dataclass(frozen=True)
class Reach:
    """When and how one person wants to be reached."""

    active: bool
    zone: str
    quiet: Span | None
    work: Span
    undisturbed_until: datetime | None
    ways: Sequence[str]

    def wait_until(self, moment: datetime, priority: str) -> datetime | None:
        """Return until when an announcement of that priority waits, or None: it comes now."""
        if priority != "routine":
            return None
        begins = max(moment, self.undisturbed_until or moment)
        begins = next_in_span(begins, zone_of(self.zone), self.work)
        begins = min(begins, moment + LONGEST_WAIT)
        return begins if begins > moment else None

    def wants_silence(self, moment: datetime, priority: str) -> bool:
        """Tell whether it comes without a sound; a critical one never does."""
        if priority == "critical":
            return False
        if self.undisturbed_until is not None and self.undisturbed_until > moment:
            return True
        if self.quiet is None:
            return False
        return end_of_span(moment, zone_of(self.zone), self.quiet) is not None


def reach_of(person_ids: Collection[int]) -> dict[int, Reach]:
    """Return how each of these people (at most some hundred) is reached, in one query."""
    statement = (
        select(
            Person.id,
            Person.deactivated_at,
            Person.time_zone,
            Availability.quiet_on,
            Availability.quiet_from,
            Availability.quiet_until,
            Availability.ways,
            Profile.works_on,
            Profile.works_from,
            Profile.works_until,
            Status.undisturbed_until,
        )
        .outerjoin(Availability, Availability.person_id == Person.id)
        .outerjoin(Profile, Profile.person_id == Person.id)
        .outerjoin(Status, Status.person_id == Person.id)
        .where(Person.id.in_(person_ids))
    )
    return {
        row.id: Reach(
            active=row.deactivated_at is None,
            zone=row.time_zone,
            quiet=_quiet(row.quiet_on, row.quiet_from, row.quiet_until),
            work=_work(row.works_on, row.works_from, row.works_until),
            undisturbed_until=row.undisturbed_until,
            ways=row.ways or DEFAULT_WAYS,
        )
        for row in db.session.execute(statement)
    }


def _quiet(days: list[int] | None, begins: int | None, ends: int | None) -> Span | None:
    if days is None:
        return DEFAULT_QUIET
    if not days or begins is None or ends is None:
        return None
    return Span(tuple(days), begins, ends)


def _work(days: list[int] | None, begins: int | None, ends: int | None) -> Span:
    if not days or begins is None or ends is None:
        return DEFAULT_WORK
    return Span(tuple(days), begins, ends)
