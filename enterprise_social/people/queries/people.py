"""Reads of people: by key, and who reports to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person
from enterprise_social.people.policy import suggestible
from enterprise_social.people.usernames import username_key

CHUNK = 500  # of values in one IN, well under every database's limit


def by_ids(ids: Iterable[int]) -> dict[int, Person]:
    """Return the people of ``ids`` by id, former ones too; unknown ids are left out."""
    wanted = sorted({one for one in ids if one is not None})
    found: dict[int, Person] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person).where(Person.id.in_(wanted[start : start + CHUNK]))
        found.update((person.id, person) for person in db.session.scalars(statement))
    return found


def by_usernames(usernames: Iterable[str], viewer: Person | None = None) -> dict[str, Person]:
    """Return people by the usernames as asked for, in any case; unknown ones are left out.

    So are those whom ``viewer`` may not know of, where one is given.
    """
    keys = {name: username_key(name) for name in usernames}
    wanted = sorted(set(keys.values()))
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person).where(Person.username.in_(wanted[start : start + CHUNK]))
        if viewer is not None:
            statement = statement.where(visible(Person, viewer))
        found.update((person.username, person) for person in db.session.scalars(statement))
    return {name: found[key] for name, key in keys.items() if key in found}


def by_emails(emails: Iterable[str]) -> dict[str, Person]:
    """Return people by the e-mail addresses as asked for, in any case."""
    keys = {email: clean_email(email) for email in emails}
    wanted = sorted({key for key in keys.values() if key})
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person).where(Person.email.in_(wanted[start : start + CHUNK]))
        found.update((person.email, person) for person in db.session.scalars(statement))
    return {email: found[key] for email, key in keys.items() if key and key in found}


def by_username(username: str, viewer: Person | None = None) -> Person | None:
    """Return the person of that username, in any case, or None; see ``by_usernames``."""
    return by_usernames([username], viewer).get(username)


def by_email(email: str) -> Person | None:
    """Return the person of that e-mail address, in any case, or None."""
    return by_emails([email]).get(email)


def reports_of(person: Person) -> Sequence[Person]:
    """Return who reports to ``person``, by name."""
    statement = select(Person).where(Person.manager_id == person.id, suggestible())
    return db.session.scalars(statement.order_by(Person.name, Person.id)).all()
