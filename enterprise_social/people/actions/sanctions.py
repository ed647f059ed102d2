"""Writes: people may not write, or not come in, until a time.

For actions that have checked the right to judge; why it was done stands in their audit entry.
"""

from __future__ import annotations

from datetime import datetime

from enterprise_social.core import live
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.people.events import PersonSuspended
from enterprise_social.people.models import Person


@action
def set_muted(person: Person, until: datetime | None) -> Person:
    """Let somebody read but not write until then; None lets them write again."""
    person = lock(Person, person.id)
    person.muted_until = until
    db.session.flush()
    live.personal(person.id, "sanctions_changed", {"user_id": person.id})
    return person


@action
def set_suspended(person: Person, until: datetime | None) -> Person:
    """Let somebody in no more until then; what they have open closes at once. None lets them in."""
    person = lock(Person, person.id)
    person.suspended_until = until
    db.session.flush()
    if person.is_suspended:
        announce(PersonSuspended(person.id))
    return person
