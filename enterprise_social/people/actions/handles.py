"""The names that stand after an @: people and groups share them."""

from __future__ import annotations

from zlib import crc32

from sqlalchemy import func, select

from enterprise_social.core.actions import action
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.people.models import Group, Person

# Of advisory locks: one of ours among those of others, and few enough for a large import.
_OURS, _SLOTS = 7301, 1024


@action
def reserve(name: str) -> None:
    """Let nobody else take ``name`` until the running action ends.

    Two tables hold names, so no constraint can; SQLite has one writer at a time anyway.
    """
    if not is_sqlite():
        slot = crc32(name.encode()) % _SLOTS
        db.session.execute(select(func.pg_advisory_xact_lock(_OURS, slot)))


def is_a_group(name: str) -> bool:
    """Tell whether a group has this name, archived ones too: old mentions lead there."""
    return db.session.execute(select(Group.id).where(Group.slug == name)).first() is not None


def is_a_person(name: str) -> bool:
    """Tell whether somebody has this name, who left too: old mentions lead there."""
    return db.session.execute(select(Person.id).where(Person.username == name)).first() is not None
