"""Reads of what somebody tells of themselves, and of whom they lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from sqlalchemy import func, select

from enterprise_social.core.db import db
from enterprise_social.people.models import Person, PersonPhoto, Profile, ProfileEntry
from enterprise_social.people.policy import suggestible


@dataclass(frozen=True, slots=True)
class Told:
    """The long part of a profile; the lists are empty where nothing was told."""

    about: str = ""
    about_html: Markup = field(default_factory=Markup)
    topics: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)
    works_on: list[int] = field(default_factory=list)
    works_from: int | None = None
    works_until: int | None = None
    experience: list[dict[str, Any]] = field(default_factory=list)
    education: list[dict[str, Any]] = field(default_factory=list)


def told_by(person_id: int) -> Told:
    """Return what somebody tells of themselves, in two queries."""
    profile = db.session.get(Profile, person_id)
    entries = entries_of(person_id)
    if profile is None:
        return Told(experience=entries["experience"], education=entries["education"])
    return Told(
        about=profile.about,
        # Sanitised when it was written; see core.text.
        about_html=Markup(profile.about_html),  # noqa: S704
        topics=profile.topics,
        languages=profile.languages,
        links=profile.links,
        works_on=profile.works_on,
        works_from=profile.works_from,
        works_until=profile.works_until,
        experience=entries["experience"],
        education=entries["education"],
    )


def entries_of(person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return experience and education, each the latest first."""
    statement = select(ProfileEntry).where(ProfileEntry.person_id == person_id)
    found: dict[str, list[dict[str, Any]]] = {"experience": [], "education": []}
    for entry in db.session.scalars(statement.order_by(ProfileEntry.id)):
        found[entry.kind].append(
            {
                "title": entry.title,
                "organisation": entry.organisation,
                "from_month": entry.from_month,
                "until_month": entry.until_month,
                "text": entry.text,
            }
        )
    return found


def led_by(person: Person, most: int) -> tuple[Sequence[Person], int]:
    """Return the first ``most`` of who reports to somebody, by name, and how many they are."""
    led = (Person.manager_id == person.id, suggestible())
    statement = select(Person).where(*led).order_by(Person.name, Person.id).limit(most)
    people = db.session.scalars(statement).all()
    if len(people) < most:
        return people, len(people)
    counting = select(func.count(Person.id)).where(*led)
    return people, int(db.session.execute(counting).scalar_one())


def photo_of(person_id: int) -> PersonPhoto | None:
    """Return the photo that somebody chose, whether it is ready or not."""
    return db.session.get(PersonPhoto, person_id)
