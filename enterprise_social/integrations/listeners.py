"""What the worker does for a list of people, and how groups get new versions."""

from __future__ import annotations

from enterprise_social.core.db import db
from enterprise_social.core.events import after, during
from enterprise_social.files.storage import storage
from enterprise_social.integrations.actions.people_imports import forget_people_import
from enterprise_social.integrations.actions.people_reading import read_list
from enterprise_social.integrations.actions.people_writing import write_some
from enterprise_social.integrations.actions.scim_groups import note_group_change
from enterprise_social.integrations.actions.slack_reactions import bring_kept_in
from enterprise_social.integrations.events import (
    PeopleImportAged,
    PeopleImportClosed,
    PeopleImportStep,
    ReactionsWait,
)
from enterprise_social.integrations.models import PeopleImport
from enterprise_social.people.events import GroupChanged


@after(PeopleImportStep, slow=True)
def go_on(event: PeopleImportStep) -> None:
    """Read a list, or carry it out for some seconds."""
    found = db.session.get(PeopleImport, event.import_id, populate_existing=True)
    state = found.state if found is not None else ""
    db.session.rollback()
    if state == "reading":
        read_list(event.import_id, event.turn)
    elif state == "confirmed":
        write_some(event.import_id, event.turn)


@after(ReactionsWait, slow=True)
def bring_reactions_in(event: ReactionsWait) -> None:
    """Make reactions of what an older version only kept of them."""
    bring_kept_in(event.after_id)


@after(PeopleImportAged, slow=True)
def forget(event: PeopleImportAged) -> None:
    """Throw a list away that has been kept long enough."""
    forget_people_import(event.import_id)


@after(PeopleImportClosed, slow=True)
def throw_away(event: PeopleImportClosed) -> None:
    """Delete the file of a list that is over."""
    storage().delete(event.storage_key)


@during(GroupChanged)
def give_a_version(event: GroupChanged) -> None:
    """Have whoever provisions see that a group is another one now."""
    note_group_change(event.group_id)
