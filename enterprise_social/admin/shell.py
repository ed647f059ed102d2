"""What the pages of administration, and the way to them, are shown by."""

from __future__ import annotations

from flask import Flask, g
from sqlalchemy import select

from enterprise_social.accounts import identity
from enterprise_social.core.db import db
from enterprise_social.people.models import Person, Right
from enterprise_social.people.policy import is_admin, is_manager
from enterprise_social.people.policy.rights import BY_ROLE

INVITING = "invite"


def may_administer(right: str | None = None) -> bool:
    """Tell whether the viewer sees the pages that need a right; without one, those of admins."""
    viewer = identity.current_person()
    if viewer is None or not viewer.is_active:
        return False
    if is_admin(viewer):
        return right is None or right == INVITING or BY_ROLE[right] == "admin"
    if right == INVITING:
        return is_manager(viewer)
    return right is not None and viewer.role != "guest" and right in _granted(viewer)


def administers() -> bool:
    """Tell whether there is a page of administration for the viewer."""
    viewer = identity.current_person()
    if viewer is None or viewer.role == "guest":
        return False
    return is_manager(viewer) or bool(_granted(viewer))


def _granted(viewer: Person) -> frozenset[str]:
    if "granted_rights" not in g:
        names = select(Right.name).where(Right.person_id == viewer.id)
        g.granted_rights = frozenset(db.session.scalars(names))
    found: frozenset[str] = g.granted_rights
    return found


def _context() -> dict[str, object]:
    return {"may_administer": may_administer, "administers": administers}


def register(app: Flask) -> None:
    """Let templates ask what the viewer administers."""
    app.context_processor(_context)
