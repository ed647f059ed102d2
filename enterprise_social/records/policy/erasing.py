"""Who erases people."""

from __future__ import annotations

from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin


def may_erase(actor: Person | None, person: Person) -> bool:
    """Admins may, but not themselves: nobody takes the traces of their own acts away."""
    return is_admin(actor) and (actor is None or actor.id != person.id)
