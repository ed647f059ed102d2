"""Who may see and change whom.

An actor of None is the installation itself: the command line, an import, an accepted invitation.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_

from enterprise_social.core.access import Viewer, visibility
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import (
    BY_OWNERS,
    GUEST,
    guests_come_by,
    is_guest,
    is_no_guest,
    known_to,
    met_by,
)

OWN_FIELDS = frozenset(
    {"name", "title", "department", "location", "pronouns", "phone", "time_zone", "locale"}
)
ADMIN_FIELDS = OWN_FIELDS | {
    "email", "username", "manager_id", "employee_number", "started_on",
}  # fmt: skip
# What one tells beyond the line in the directory; actions.profile writes it.
TOLD_FIELDS = frozenset(
    {
        "about", "topics", "languages", "links", "works_on", "works_from", "works_until",
        "experience", "education",
    }
)  # fmt: skip


@visibility(Person)
def visible_people(viewer: Viewer) -> ColumnElement[bool]:
    """Everyone sees everyone, guests whom they meet; who left stays visible as an author."""
    return or_(is_no_guest(viewer), known_to(viewer))


def listed_people(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for those whom the viewer finds in lists and suggestions.

    Of what a guest knows it leaves out who only wrote something once: each list would look for
    that person by person.
    """
    return or_(is_no_guest(viewer), met_by(viewer))


def may_see_lines(viewer: Person | None) -> bool:
    """Tell whether somebody may see who leads whom; guests don't."""
    return not is_guest(viewer)


def suggestible() -> ColumnElement[bool]:
    """Return the condition for people who are suggested, mentioned anew and written to."""
    return Person.deactivated_at.is_(None)


def is_admin(actor: Person | None) -> bool:
    """Tell whether the actor looks after the whole organisation."""
    return actor is None or (actor.role == "admin" and actor.is_active)


def is_manager(actor: Person | None) -> bool:
    """Tell whether the actor is at least a manager."""
    return is_admin(actor) or (actor is not None and actor.role == "manager" and actor.is_active)


def may_edit(actor: Person | None, person: Person) -> bool:
    """Tell whether the actor may change that person's profile."""
    return is_admin(actor) or (actor is not None and actor.id == person.id and actor.is_active)


def editable_fields(actor: Person | None, person: Person) -> frozenset[str]:
    """Return the names of the fields that the actor may change of that person."""
    if is_admin(actor):
        return ADMIN_FIELDS
    return OWN_FIELDS if may_edit(actor, person) else frozenset()


def may_create(actor: Person | None, role: str) -> bool:
    """Tell whether the actor may bring somebody of that role in.

    Guests are also brought in by owners of channels, into these, where the organisation says so.
    """
    if is_admin(actor) or (is_manager(actor) and role == "employee"):
        return True
    active = actor is not None and actor.is_active and not is_guest(actor)
    return role == GUEST and active and guests_come_by() == BY_OWNERS


def may_set_role(actor: Person | None) -> bool:
    """Tell whether the actor may give and take roles."""
    return is_admin(actor)


def may_deactivate(actor: Person | None, person: Person) -> bool:
    """Tell whether the actor may deactivate that person: admins may, but not themselves."""
    return is_admin(actor) and (actor is None or actor.id != person.id)


def may_reactivate(actor: Person | None) -> bool:
    """Tell whether the actor may bring somebody back."""
    return is_admin(actor)
