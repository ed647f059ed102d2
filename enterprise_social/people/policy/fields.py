"""Who sees, sets and defines the fields that the organisation defined itself.

An actor or viewer of None is the installation itself.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, or_, select, true

from enterprise_social.people.lines import above
from enterprise_social.people.models import Person, ProfileField, ProfileValue
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.policy.people import is_admin


def may_define(actor: Person | None) -> bool:
    """Tell whether the actor says which fields there are, and which built-in ones are shown."""
    return is_admin(actor)


def may_see_history(actor: Person | None) -> bool:
    """Tell whether the actor may read who changed what of whom."""
    return is_admin(actor)


def may_set(
    actor: Person | None, person: Person, field: ProfileField, *, imported: bool = False
) -> bool:
    """Tell whether the actor may set a field of that person.

    What only the directory sets is set where it is ``imported``, by an admin or the installation.
    """
    if actor is None or (imported and is_admin(actor)):
        return True
    if field.editor == "directory":
        return False
    own = field.editor == "person" and actor.id == person.id and actor.is_active
    # A field can name colleagues: guests would find out who there is.
    return (own and not is_guest(actor)) or is_admin(actor)


def open_values(
    viewer: Person | None, person_ids: Collection[int], *, as_admin: bool = True
) -> ColumnElement[bool]:
    """Return the condition for the values of these people that the viewer may see.

    It is over ProfileValue joined with its ProfileField. Everyone sees what is for everyone and
    all of their own; whoever is anywhere above somebody also what is for managers; admins all,
    but not where they don't ask ``as_admin``. Guests see their own alone.
    """
    if viewer is None or (as_admin and is_admin(viewer)):
        return true()
    if is_guest(viewer):
        return ProfileValue.person_id == viewer.id
    below = _those_under(viewer.id, person_ids)
    return or_(
        ProfileField.audience == "everyone",
        ProfileValue.person_id == viewer.id,
        and_(ProfileField.audience == "managers", ProfileValue.person_id.in_(below)),
    )


def _those_under(viewer_id: int, person_ids: Collection[int]) -> ColumnElement[int]:
    """Select which of the people have the viewer somewhere above them, those who left counted."""
    lines = above(person_ids)
    return select(lines.c.of).where(lines.c.above == viewer_id).scalar_subquery()
