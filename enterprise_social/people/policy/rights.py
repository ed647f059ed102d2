"""What somebody may by a right that was granted to them, or by their role."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from enterprise_social.core.db import db
from enterprise_social.people.models import Person, Right
from enterprise_social.people.policy.people import is_admin

# The role that has a right without a grant.
BY_ROLE = {"moderate": "admin", "analytics": "admin", "audit": "admin", "export": "admin"}


def has_right(actor: Person | None, name: str) -> bool:
    """Tell whether the actor has a right of ``people.models.RIGHTS``; None is the installation.

    Raises KeyError for a right that isn't one.
    """
    role = BY_ROLE[name]
    if actor is None:
        return True
    if not actor.is_active or actor.role == "guest":
        return False
    if actor.role == role:
        return True
    return db.session.get(Right, (actor.id, name)) is not None


def has_role(viewer: Any, role: str) -> ColumnElement[bool]:
    """Return the condition that the viewer has a role, also for statements that are built once."""
    theirs = viewer.role
    if isinstance(theirs, ColumnElement):
        return theirs == role
    return true() if theirs == role else false()


def judges(viewer: Any) -> ColumnElement[bool]:
    """Return the same as ``has_right(viewer, "moderate")`` as a condition."""
    granted = exists().where(Right.person_id == viewer.id, Right.name == "moderate")
    return or_(has_role(viewer, "admin"), and_(granted, ~has_role(viewer, "guest")))


def may_grant(actor: Person | None) -> bool:
    """Tell whether the actor gives and takes rights."""
    return is_admin(actor)
