"""Who may bring people in by a list: those who look after the whole organisation."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from enterprise_social.core.access import Viewer, visibility
from enterprise_social.integrations.models import PeopleImport
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin


def may_import_people(actor: Person | None) -> bool:
    """Tell whether the actor may; None is the installation itself, as on the command line."""
    return is_admin(actor)


@visibility(PeopleImport)
def visible_imports(viewer: Viewer) -> ColumnElement[bool]:
    """Admins see the lists of all admins: what is half done must not wait for one of them."""
    return true() if viewer.role == "admin" else false()
