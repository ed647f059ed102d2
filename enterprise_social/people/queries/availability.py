"""Reads of when people want to be reached, and when they are away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Absence, Availability, Person


@dataclass(frozen=True)
class Away:
    """An absence with who stands in."""

    absence: Absence
    deputy: Person | None


def availability_of(person: Person) -> Availability:
    """Return what somebody chose; a blank one, not in the database, where they chose nothing."""
    found = db.session.get(Availability, person.id, populate_existing=True)
    return found or Availability(person_id=person.id, ways=[])


def deputy_of(availability: Availability) -> Person | None:
    """Return who usually stands in."""
    number = availability.deputy_id
    return None if number is None else db.session.get(Person, number)


def absences_of(person: Person) -> Sequence[Away]:
    """Return somebody's absences that are not over, the next one first."""
    statement = (
        select(Absence, Person)
        .outerjoin(Person, Person.id == Absence.deputy_id)
        .where(Absence.person_id == person.id, Absence.ends_at > now())
        .order_by(Absence.begins_at, Absence.id)
    )
    return [Away(row[0], row[1]) for row in db.session.execute(statement)]
