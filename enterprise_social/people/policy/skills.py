"""Who may vouch for whose skills."""

from __future__ import annotations

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.people.models import Block, Person


def may_endorse(actor: Person, person: Person) -> bool:
    """Tell whether the actor may vouch for that person's skills, blocks aside."""
    return actor.id != person.id and actor.is_active and person.is_active and not person.is_bot


def reachable(actor: Person, person: Person) -> bool:
    """Tell whether neither of the two blocks the other."""
    either = ((Block.blocker_id == actor.id) & (Block.blocked_id == person.id)) | (
        (Block.blocker_id == person.id) & (Block.blocked_id == actor.id)
    )
    return db.session.execute(select(Block.blocker_id).where(either)).first() is None
