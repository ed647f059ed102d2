"""The people: names, a line of managers, departments, places, skills, and their words."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from json import dumps
from typing import NamedTuple

from enterprise_social.home.generator.names import (
    DIVISIONS,
    LANGUAGES,
    PLACES,
    TITLES,
    Names,
)
from enterprise_social.home.generator.sizes import BUSY, DOMAIN, YEARS, Size, Start
from enterprise_social.home.generator.texts import Named

SPAN = 7  # reports of a manager
SKILLS = 400


class Someone(NamedTuple):
    """Somebody, as the rows are made of them."""

    id: int
    username: str
    name: str
    email: str
    role: str
    title: str
    department: str
    location: str
    time_zone: str
    manager_id: int | None
    created_at: str
    languages: tuple[str, ...]
    skills: tuple[int, ...]

    @property
    def named(self) -> Named:
        """As far as a text can name them."""
        return Named(self.id, self.username, self.name)


def skill_name(number: int) -> str:
    """Return the name of a skill, the commonest one first."""
    subjects = ("Cranes", "Python", "Customs law", "Excel", "Welding", "First aid", "Negotiation",
                "Forklifts", "Spanish", "Data analysis", "Scheduling", "Reefers", "SQL",
                "Dangerous goods", "Coaching", "Accounting")  # fmt: skip
    subject = subjects[number % len(subjects)]
    return subject if number < len(subjects) else f"{subject} {number // len(subjects) + 1}"


def everyone(size: Size, start: Start) -> list[Someone]:
    """Return the people; the first ones can sign in, and the very first is over everybody."""
    dice = random.Random(f"people {size.seed}")
    names, found = Names(dice), []
    managers = (size.people - 2) // SPAN + 1 if size.people > 1 else 0
    days = 365 * YEARS
    for number in range(size.people):
        name = names.next()
        handle = name.handle + (f"-{start.person}" if start.mark else "")
        role = BUSY[number][0] if number < len(BUSY) else "employee"
        if number >= len(BUSY) and number < managers:
            role = "manager"
        place, zone = PLACES[int(dice.random() ** 1.7 * len(PLACES))]
        # Whoever is higher up was here before.
        came = (
            start.now
            - timedelta(days=days + 30)
            + timedelta(days=days * 0.9 * number / size.people)
        )
        found.append(
            Someone(
                start.person + number,
                handle,
                name.shown,
                f"{handle}@{DOMAIN}",
                role,
                _title(number, managers, dice),
                _department(number),
                place,
                zone,
                start.person + (number - 1) // SPAN if number else None,
                came.replace(tzinfo=None).isoformat(" ", "microseconds"),
                tuple(dict.fromkeys(["en", *dice.sample(LANGUAGES, 2)])),
                tuple(sorted({min(SKILLS, int(dice.paretovariate(0.7))) for _ in range(3)})),
            )
        )
    return found


def _title(number: int, managers: int, dice: random.Random) -> str:
    if number == 0:
        return "Managing director"
    if number < managers:
        return f"Head of {DIVISIONS[_division(number)].lower()}" if number <= SPAN * 2 else (
            f"{DIVISIONS[_division(number)]} manager"
        )  # fmt: skip
    return dice.choice(TITLES)


def _division(number: int) -> int:
    """Return the division of a person: that of the one below the second level above them."""
    while number > SPAN * (SPAN + 1):
        number = (number - 1) // SPAN
    return (number - 1) % len(DIVISIONS) if number else 0


def _department(number: int) -> str:
    return DIVISIONS[_division(number)]


def skills_used(people: list[Someone]) -> Iterator[tuple[int, int]]:
    """Yield each skill with the number of people who have it."""
    counts: dict[int, int] = {}
    for person in people:
        for skill in person.skills:
            counts[skill] = counts.get(skill, 0) + 1
    yield from sorted(counts.items())


def languages_json(person: Someone) -> str:
    """Return somebody's languages as the column keeps them."""
    return dumps(list(person.languages))
