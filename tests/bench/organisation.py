"""A large organisation: people with names, places, skills and a line of managers."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.actions.directory import index_everyone
from enterprise_social.people.models import Person, PersonSkill, Profile, Skill

GIVEN = [
    *("Anna", "Maria", "Jan", "Piotr", "Élodie", "Łukasz", "Ольга", "Дмитрий", "Hana", "Kenji"),
    *("伟", "Deniz", "Amara", "Kofi", "Priya", "Lucía", "Samuel", "Ingrid", "Joost", "Tomasz"),
    *("Lan", "Karim", "Zoë", "Björn", "Aoife", "Mateus", "Noor", "Ivo", "Greta", "Мария"),
]
TITLES = [
    *("Crane driver", "Yard planner", "Software engineer", "Account manager", "Head of customs"),
    *("Data steward", "Nurse", "Night shift lead", "Legal counsel", "Electrician", "Buyer"),
    *("Driver coach", "Terminal manager"),
]
DEPARTMENTS = 60
PLACES = [
    *("Rotterdam", "Felixstowe", "Gdańsk", "İzmir", "Valencia", "Pune", "Kobe", "Lyon"),
    *("Constanța", "Antwerp", "Oslo"),
]
SKILLS = 400
LANGUAGES = ("en", "de", "nl", "pl", "fr", "ja", "ru")
SPAN = 8  # reports of a manager
BATCH = 5_000
# What is looked for, and what it stands for.
COMMON, RARE, MISSPELT = "engineer", "Quillfeather", "Quilfeahter"


def found_organisation(
    people: int, *, first_id: int = 1_000, progress: Callable[[int], None] = lambda _done: None
) -> None:
    """Put that many people in at once, through the models, and index them."""
    random.seed(7)
    surnames = _surnames(max(50, people // 20))
    _skills()
    for start in range(0, people, BATCH):
        _add(range(start, min(people, start + BATCH)), first_id, surnames)
    index_everyone(progress)


def _surnames(count: int) -> list[str]:
    starts = [
        *("Ver", "Hol", "Ma", "Ni", "San", "Ko", "Wró", "Be", "Ok", "Ab", "Ra", "Sol", "Ferr"),
        *("Dub", "Kob", "Mens", "Ion", "Aÿ", "Lind", "Pet"),
    ]
    middles = ["an", "er", "in", "on", "al", "ar", "el", "os", "um", "ik", "ad"]
    ends = [
        *("berg", "mans", "son", "ov", "ski", "sen", "ida", "wa", "ović", "aert", "quist", "ley"),
        *("dóttir", "mann", "nen"),
    ]
    found: dict[str, None] = {}
    while len(found) < count:
        middle = "".join(random.choices(middles, k=random.randint(0, 3)))  # noqa: S311
        found[random.choice(starts) + middle + random.choice(ends)] = None  # noqa: S311
    return list(found)


@action
def _skills() -> None:
    moment = now()
    rows = [
        {"id": n, "key": f"skill {n}", "name": f"Skill {n}", "people_count": 0,
         "created_at": moment}
        for n in range(1, SKILLS + 1)
    ]  # fmt: skip
    db.session.execute(insert(Skill), rows)


@action
def _add(numbers: range, first_id: int, surnames: list[str]) -> None:
    rows, told, skilled = [], [], []
    for n in numbers:
        person_id = first_id + n
        rows.append(_person(n, person_id, first_id, surnames))
        told.append(
            {"person_id": person_id, "topics": [], "links": [], "works_on": [],
             "languages": random.sample(LANGUAGES, 2)}  # noqa: S311
        )  # fmt: skip
        skilled += [
            {"person_id": person_id, "skill_id": skill_id, "added_at": now()}
            for skill_id in {min(SKILLS, int(random.paretovariate(0.6))) for _ in range(3)}  # noqa: S311
        ]
    db.session.execute(insert(Person), rows)
    db.session.execute(insert(Profile), told)
    db.session.execute(insert(PersonSkill), skilled)


def _person(n: int, person_id: int, first_id: int, surnames: list[str]) -> dict[str, Any]:
    given, surname = random.choice(GIVEN), random.choice(surnames)  # noqa: S311
    if n == 17:
        surname = RARE
    return {
        "id": person_id,
        "email": f"person{n}@organisation.example",
        "username": f"person.{n}",
        "name": f"{given} {surname}",
        "title": random.choice(TITLES),  # noqa: S311
        "department": f"Department {int(random.paretovariate(0.5)) % DEPARTMENTS}",  # noqa: S311
        "location": random.choice(PLACES),  # noqa: S311
        "manager_id": first_id + (n - 1) // SPAN if n else None,
        "created_at": now() - timedelta(days=400) + timedelta(minutes=n),
    }
