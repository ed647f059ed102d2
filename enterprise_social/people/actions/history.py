"""The record of who changed what of whom; it is written beside the change, never apart from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from enterprise_social.core.actions import current_unit
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person, ProfileChange

LONGEST_NAME = 64  # of a field, as the column


def note_changes(
    actor: Person | None, person: Person, changes: Mapping[str, tuple[Any, Any]]
) -> None:
    """Note in the running action what changed of ``person``: ``{field: (before, after)}``.

    A field is a built-in one's name, or ``custom:<id>``. Values are what JSON knows, dates and
    sets too; what is the same before and after is left out. An actor of None is the installation
    itself. Secrets don't belong here.
    """
    current_unit()
    moment = now()
    for field, (before, after) in changes.items():
        old, new = _plain(before), _plain(after)
        if old == new:
            continue
        if len(field) > LONGEST_NAME:
            raise ValueError(f"no name of a field: {field}")
        db.session.add(
            ProfileChange(
                person_id=person.id,
                actor_id=actor.id if actor else None,
                at=moment,
                field=field,
                before=old,
                after=new,
            )
        )


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
