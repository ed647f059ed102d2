"""The names that stand after an @: people and groups share them."""

from __future__ import annotations

from sqlalchemy import func, select

from enterprise_social.core.actions import action
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.people.models import Group, Person


@action
def reserve(name: str) -> None:
    """Let nobody else take ``name`` until the running action ends.

    Two tables hold names, so no constraint can; SQLite has one writer at a time anyway.
    """
    if not is_sqlite():
        key = func.hashtextextended(f"handle:{name}", 0)
        db.session.execute(select(func.pg_advisory_xact_lock(key)))


def is_a_group(name: str) -> bool:
    """Tell whether a group has this name, archived ones too: old mentions lead there."""
    return db.session.execute(select(Group.id).where(Group.slug == name)).first() is not None


def is_a_person(name: str) -> bool:
    """Tell whether somebody has this name, who left too: old mentions lead there."""
    return db.session.execute(select(Person.id).where(Person.username == name)).first() is not None
