"""Who reads the audit log, and who says where its head is sent."""

from __future__ import annotations

from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.people.policy.rights import has_right


def may_read(actor: Person | None) -> bool:
    """Admins, and those to whom an admin gave the right."""
    return has_right(actor, "audit")


def may_set_up(actor: Person | None) -> bool:
    """Admins say where the head goes."""
    return is_admin(actor)
