"""Which groups by rule stand on a field: without it nobody is in them any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.people.models import Group, ProfileField
from enterprise_social.people.rules.language import CUSTOM


def groups_standing_on(names: Collection[str]) -> Sequence[Group]:
    """Return the groups whose rule asks for any of these built-in fields or ``operand``s."""
    wanted = {"started" if name == "started_on" else name for name in names}
    if not wanted:
        return []
    statement = select(Group).where(Group.kind == "rule", Group.archived_at.is_(None))
    found = db.session.scalars(statement.order_by(Group.name, Group.id))
    return [group for group in found if wanted & set(_fields(group.rule))]


def operand(field: ProfileField) -> str:
    """Return the name by which rules ask for a field that the organisation defined."""
    return CUSTOM + field.key


def _fields(rule: Any) -> Iterator[str]:
    if isinstance(rule, dict):
        if isinstance(rule.get("field"), str):
            yield rule["field"]
        for part in rule.values():
            yield from _fields(part)
    elif isinstance(rule, list):
        for part in rule:
            yield from _fields(part)
