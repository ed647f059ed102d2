"""The audience: a rule over people, whoever it may name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from enterprise_social.announcements.models import Announcement
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people import rules
from enterprise_social.people.models import Person

SAMPLE = 12


def parse(text: str) -> dict[str, Any] | None:
    """Return the rule of a text, or None for an empty one.

    Raises Invalid, with the place and what was expected there.
    """
    if not text.strip():
        return None
    try:
        return rules.parse(text, rules.KnownNames())
    except rules.RuleError as error:
        raise Invalid(errors={"audience_text": [str(error)]}) from error


def matching(rule: dict[str, Any]) -> ColumnElement[bool]:
    """Return the condition for the active people whom a rule names."""
    return and_(rules.condition(rule), Person.deactivated_at.is_(None), Person.is_bot.is_(False))


def condition_of(announcement: Announcement) -> ColumnElement[bool]:
    """Return the condition for those who get an announcement: not who sends it."""
    senders = [announcement.author_id]
    if announcement.in_name_of_id is not None:
        senders.append(announcement.in_name_of_id)
    return and_(matching(announcement.audience or {}), Person.id.not_in(senders))


def count(condition: ColumnElement[bool]) -> int:
    """Count the people of a condition."""
    return int(db.session.execute(select(func.count(Person.id)).where(condition)).scalar_one())


def sample(condition: ColumnElement[bool], most: int = SAMPLE) -> Sequence[Person]:
    """Return some of the people of a condition, by name."""
    statement = select(Person).where(condition).order_by(Person.name, Person.id).limit(most)
    return db.session.scalars(statement).all()
