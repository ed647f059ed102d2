"""Reads of conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from enterprise_social.channels.models import Channel
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.language import zone_of
from enterprise_social.messages.actions.starting import direct_key
from enterprise_social.people.models import Person, Profile

UNKNOWN_ZONES = ("", "UTC")  # what stands there until somebody chooses one
NIGHT_BEGINS, NIGHT_ENDS = 22, 7


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What time it is for somebody."""

    person: Person
    at: datetime

    @property
    def night(self) -> bool:
        """Whether most people sleep at that hour."""
        return self.at.hour >= NIGHT_BEGINS or self.at.hour < NIGHT_ENDS


def conversation_of(person_ids: Iterable[int]) -> Channel | None:
    """Return the conversation of exactly these people, or None where there is none yet.

    For somebody who is one of them: whether others have one is theirs to know.
    """
    statement = select(Channel).where(Channel.direct_key == direct_key(list(person_ids)))
    return db.session.execute(statement).scalar_one_or_none()


def local_times(people: Sequence[Person]) -> list[LocalTime]:
    """Return what time it is now for each of the people, where they say where they are.

    UTC is what stands there until somebody chooses a zone. Who has told their working hours has
    looked at it, and means it.
    """
    moment = now()
    told = _with_hours([one.id for one in people if one.time_zone in UNKNOWN_ZONES])
    return [
        LocalTime(person, moment.astimezone(zone_of(person.time_zone)))
        for person in people
        if person.is_active and (person.time_zone not in UNKNOWN_ZONES or person.id in told)
    ]


def _with_hours(person_ids: Sequence[int]) -> set[int]:
    if not person_ids:
        return set()
    told = select(Profile.person_id).where(Profile.works_from.is_not(None))
    return set(db.session.scalars(told.where(Profile.person_id.in_(person_ids))))
