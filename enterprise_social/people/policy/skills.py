"""Who may vouch for whose skills."""

from __future__ import annotations

from enterprise_social.people.models import Person


def may_endorse(actor: Person, person: Person) -> bool:
    """Tell whether the actor may vouch for that person's skills, blocks aside."""
    return actor.id != person.id and actor.is_active and person.is_active and not person.is_bot
