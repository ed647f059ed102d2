"""What somebody may by a right that was granted to them, or by their role."""

from __future__ import annotations

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


def may_grant(actor: Person | None) -> bool:
    """Tell whether the actor gives and takes rights."""
    return is_admin(actor)
