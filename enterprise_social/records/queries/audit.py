"""Reads of the audit log: pages, all of it for an export, names for what it tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, select

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Group, Person
from enterprise_social.records.models import AuditCheck, GivenHead

AT_ONCE = 500
SHOWN_HEADS = 7


@dataclass(frozen=True)
class Asked:
    """Which entries are asked for; ``area`` is the first part of an act, ``target`` kind:id."""

    actor_id: int | None = None
    area: str = ""
    act: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """Return the statement for these entries alone."""
        entry = AuditEntry
        if self.actor_id is not None:
            statement = statement.where(entry.actor_id == self.actor_id)
        if self.act:
            statement = statement.where(entry.action == self.act)
        elif self.area:
            # A full stop, and what follows it in ASCII.
            statement = statement.where(
                entry.action >= f"{self.area}.", entry.action < f"{self.area}/"
            )
        if self.target:
            statement = statement.where(entry.target == self.target)
        if self.since is not None:
            statement = statement.where(entry.at >= self.since)
        if self.until is not None:
            statement = statement.where(entry.at < self.until)
        return statement


@dataclass
class Names:
    """What the people, channels and groups of some entries are called."""

    people: dict[int, Person] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)

    def person(self, person_id: int | None) -> str:
        """Return somebody's name, the number of somebody unknown, or nothing for nobody."""
        if person_id is None:
            return ""
        found = self.people.get(person_id)
        return found.name if found else _("person %(number)s", number=person_id)

    def target(self, target: str) -> str:
        """Return what an entry's target is called."""
        kind, _colon, rest = target.partition(":")
        number = int(rest) if rest.isascii() and rest.isdecimal() else None
        if kind == "person" and number is not None:
            return self.person(number)
        if kind == "channel" and number in self.channels:
            channel = self.channels[number]
            return _("a conversation") if channel.kind == "direct" else f"#{channel.name}"
        if kind == "group" and number in self.groups:
            return f"@{self.groups[number].slug}"
        words = kind.replace("_", " ")
        return f"{words} {rest}" if number is not None else rest or words


def page(asked: Asked, *, cursor: str | None = None, limit: int = 50) -> Page[AuditEntry]:
    """Return a page of entries, the newest first. Raises Invalid for a cursor of another list."""
    statement = asked.narrow(select(AuditEntry))
    if cursor:
        (below,) = decode(cursor, int)
        statement = statement.where(AuditEntry.id < below)
    rows = db.session.scalars(statement.order_by(AuditEntry.id.desc()).limit(limit + 1)).all()
    more = encode(rows[limit - 1].id) if len(rows) > limit else None
    return Page(rows[:limit], more)


def every(asked: Asked) -> Iterator[Sequence[AuditEntry]]:
    """Return all entries that are asked for, the oldest first, some at a time."""
    last = 0
    while True:
        statement = asked.narrow(select(AuditEntry)).where(AuditEntry.id > last)
        rows = db.session.scalars(statement.order_by(AuditEntry.id).limit(AT_ONCE)).all()
        if not rows:
            return
        last = rows[-1].id
        yield rows
        db.session.expunge_all()
        db.session.rollback()


def names_of(entries: Sequence[AuditEntry], viewer: Person) -> Names:
    """Return what these entries tell of by name, in three queries at most.

    A channel that the viewer may not see stays unnamed, for admins as well.
    """
    wanted: dict[str, set[int]] = {"person": set(), "channel": set(), "group": set()}
    for entry in entries:
        kind, _colon, rest = entry.target.partition(":")
        if kind in wanted and rest.isascii() and rest.isdecimal():
            wanted[kind].add(int(rest))
        if entry.actor_id is not None:
            wanted["person"].add(entry.actor_id)
        named = entry.details.get("person_id")
        if isinstance(named, int):
            wanted["person"].add(named)
    return Names(
        _by_id(Person, wanted["person"]),
        _by_id(Channel, wanted["channel"], visible(Channel, viewer)),
        _by_id(Group, wanted["group"]),
    )


def _by_id(model: Any, ids: set[int], *conditions: ColumnElement[bool]) -> dict[int, Any]:
    if not ids:
        return {}
    statement = select(model).where(model.id.in_(ids), *conditions)
    return {row.id: row for row in db.session.scalars(statement)}


def last_check() -> AuditCheck | None:
    """Return the newest run over the chain, at work or done."""
    statement = select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1)
    return db.session.scalars(statement).one_or_none()


def given_heads(limit: int = SHOWN_HEADS) -> Sequence[GivenHead]:
    """Return the heads that were given out, the newest first."""
    statement = select(GivenHead).order_by(GivenHead.day.desc()).limit(limit)
    return db.session.scalars(statement).all()
