"""What the pages of administration, and the way to them, are shown by."""

from __future__ import annotations

from flask import Flask

from enterprise_social.accounts import identity
from enterprise_social.people.policy import is_admin, is_manager
from enterprise_social.people.policy.rights import BY_ROLE
from enterprise_social.people.queries.rights import granted_to

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
    return right is not None and viewer.role != "guest" and right in granted_to(viewer.id)


def administers() -> bool:
    """Tell whether there is a page of administration for the viewer."""
    viewer = identity.current_person()
    if viewer is None or viewer.role == "guest":
        return False
    return is_manager(viewer) or bool(granted_to(viewer.id))


def _context() -> dict[str, object]:
    return {"may_administer": may_administer, "administers": administers}


def register(app: Flask) -> None:
    """Let templates ask what the viewer administers."""
    app.context_processor(_context)
