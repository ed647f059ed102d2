"""Reads of ladders, rights, delegations and templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from enterprise_social.announcements import ladder
from enterprise_social.announcements.models import (
    PRIORITIES,
    AnnouncementRight,
    Delegation,
    LadderPolicy,
    Template,
)
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.people.models import Person

# Until an admin sets another: nobody floods the organisation with alarms by mistake.
QUOTAS: dict[str, int | None] = {"routine": None, "important": None, "critical": 10}


def policy_of(priority: str) -> dict[str, Any]:
    """Return a priority's ``steps``, ``repeat``, ``approval_over`` and ``quota``."""
    row = db.session.get(LadderPolicy, priority)
    if row is None:
        return {**ladder.DEFAULTS[priority], "approval_over": None, "quota": QUOTAS[priority]}
    return {
        "steps": row.steps,
        "repeat": row.repeat,
        "approval_over": row.approval_over,
        "quota": row.quota,
    }


def policies() -> dict[str, dict[str, Any]]:
    """Return the policy of every priority."""
    return {priority: policy_of(priority) for priority in PRIORITIES}


def granted_rights() -> Sequence[tuple[AnnouncementRight, Person]]:
    """Return every granted right with whom it was granted to, by name."""
    statement = select(AnnouncementRight, Person).join(
        Person, Person.id == AnnouncementRight.person_id
    )
    rows = db.session.execute(statement.order_by(Person.name, AnnouncementRight.id)).all()
    return [(row[0], row[1]) for row in rows]


def principals_of(person: Person) -> Sequence[Person]:
    """Return in whose names somebody may announce, by name."""
    statement = select(Person).join(Delegation, Delegation.principal_id == Person.id)
    statement = statement.where(
        Delegation.delegate_id == person.id, Person.deactivated_at.is_(None)
    )
    return db.session.scalars(statement.order_by(Person.name, Person.id)).all()


def delegates_of(person: Person) -> Sequence[Person]:
    """Return who may announce in somebody's name, by name."""
    statement = select(Person).join(Delegation, Delegation.delegate_id == Person.id)
    statement = statement.where(Delegation.principal_id == person.id)
    return db.session.scalars(statement.order_by(Person.name, Person.id)).all()


def templates(viewer: Person) -> Sequence[Template]:
    """Return the templates that somebody may begin with, by name."""
    statement = select(Template).where(visible(Template, viewer))
    return db.session.scalars(statement.order_by(Template.name, Template.id)).all()
