"""Who may follow whom, and who reads a storyline."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.policy.people import listed_people, suggestible

# No channel that somebody names can have a dot in its address.
SLUG = "storylines."


def storyline_slug(person_id: int) -> str:
    """Return the address of the channel that holds somebody's storyline."""
    return f"{SLUG}{person_id}"


def may_be_followed(person: Person) -> bool:
    """Tell whether somebody can be followed: who is here, and is no program."""
    return person.deactivated_at is None and person.erased_at is None and not person.is_bot


def may_have_storyline(person: Person) -> bool:
    """Tell whether somebody writes a storyline: who is here, and is neither guest nor program."""
    return may_be_followed(person) and not is_guest(person)


def may_read_storylines(viewer: Person) -> bool:
    """Tell whether somebody reads storylines; guests read none."""
    return not is_guest(viewer)


def listed(viewer: Any) -> ColumnElement[bool]:
    """Return the condition for people in lists of who follows whom.

    Whoever left is in none; guests find there whom they meet.
    """
    return listed_people(viewer) & suggestible()
