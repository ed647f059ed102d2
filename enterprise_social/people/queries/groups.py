"""Reads of groups: which there are, who is in them, and whom a rule would take in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, true

from enterprise_social.core.access import visible
from enterprise_social.core.db import db, table
from enterprise_social.core.paging import Page, page_by_name
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.policy import suggestible
from enterprise_social.people.policy.groups import may_call
from enterprise_social.people.rules import Rule, condition

SAMPLE = 8


@dataclass(frozen=True)
class GroupSeat:
    """A group together with the viewer's role in it, if any."""

    group: Group
    role: str | None


@dataclass(frozen=True)
class GroupPerson:
    """Somebody in a group."""

    person: Person
    role: str


@dataclass(frozen=True)
class Preview:
    """Whom a rule takes in now: how many, and the first of them by name."""

    count: int
    sample: Sequence[Person]


@dataclass(frozen=True)
class Offer:
    """A group as somebody who writes is offered it."""

    group: Group
    may_call: bool


def role_in(group_id: int, person_id: int) -> str | None:
    """Return somebody's role in a group, or None."""
    statement = select(GroupMember.role).where(
        GroupMember.group_id == group_id, GroupMember.person_id == person_id
    )
    return db.session.execute(statement).scalar_one_or_none()


def roles_in(group_ids: Collection[int], person_id: int) -> dict[int, str]:
    """Return somebody's role in those of the groups that they are in."""
    rows = db.session.execute(
        select(GroupMember.group_id, GroupMember.role).where(
            GroupMember.group_id.in_(group_ids), GroupMember.person_id == person_id
        )
    )
    return {row.group_id: row.role for row in rows}


def groups(
    viewer: Person,
    *,
    text: str = "",
    show: str = "all",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[GroupSeat]:
    """List groups by name. ``show`` is ``all``, ``mine`` or ``archived``."""
    statement = (
        select(Group, GroupMember.role)
        .outerjoin(
            GroupMember,
            and_(GroupMember.group_id == Group.id, GroupMember.person_id == viewer.id),
        )
        .where(visible(Group, viewer), _archived(show == "archived"))
    )
    if show == "mine":
        statement = statement.where(GroupMember.person_id.is_not(None))
    if text:
        named = (Group.name, Group.slug, Group.purpose)
        wanted = text.strip().lstrip("@")
        statement = statement.where(
            or_(*(column.icontains(wanted, autoescape=True) for column in named))
        )
    return page_by_name(statement, Group, GroupSeat, cursor, limit)


def members(
    group_id: int, viewer: Person, *, text: str = "", cursor: str | None = None, limit: int = 50
) -> Page[GroupPerson]:
    """List the active people in a group by name, as far as the viewer may know of them."""
    statement = (
        select(Person, GroupMember.role)
        .join(GroupMember, GroupMember.person_id == Person.id)
        .where(GroupMember.group_id == group_id, suggestible(), visible(Person, viewer))
    )
    if text:
        named = (Person.name, Person.username)
        statement = statement.where(
            or_(*(column.icontains(text, autoescape=True) for column in named))
        )
    return page_by_name(statement, Person, GroupPerson, cursor, limit)


def groups_of(person_id: int, viewer: Person) -> Sequence[Group]:
    """Return the groups that somebody is in and the viewer may know of, by name."""
    statement = (
        select(Group)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.person_id == person_id, Group.archived_at.is_(None))
        .where(visible(Group, viewer))
        .order_by(Group.name, Group.id)
    )
    return db.session.scalars(statement).all()


# Every page asks for them, and building a statement costs more than running it.
_members = table(GroupMember).c
_GROUP_IDS = select(_members.group_id).where(_members.person_id == bindparam("of_person"))


def group_ids_of(person_id: int) -> list[int]:
    """Return the ids of the groups that somebody is in."""
    return sorted(db.session.scalars(_GROUP_IDS, {"of_person": person_id}))


def preview(rule: Rule) -> Preview:
    """Return whom a rule takes in now."""
    matches = condition(rule)
    count = db.session.execute(select(func.count(Person.id)).where(matches)).scalar_one()
    sample = select(Person).where(matches).order_by(Person.name, Person.id).limit(SAMPLE)
    return Preview(count, db.session.scalars(sample).all())


def callable_by(caller: Person | None, slugs: Collection[str]) -> Sequence[Group]:
    """Return those of the named groups that ``caller`` may call."""
    return [each.group for each in _offered(caller, Group.slug.in_(slugs)) if each.may_call]


def suggest(viewer: Person, text: str, limit: int = 4) -> Sequence[Offer]:
    """Return groups whose handle or name begins with what somebody types."""
    named = (Group.slug, Group.name)
    begins = or_(*(column.istartswith(text, autoescape=True) for column in named))
    return _offered(viewer, begins, limit)


def _offered(
    caller: Person | None, which: ColumnElement[bool], limit: int | None = None
) -> Sequence[Offer]:
    statement = (
        select(Group, GroupMember.role)
        .outerjoin(
            GroupMember,
            and_(
                GroupMember.group_id == Group.id,
                GroupMember.person_id == (caller.id if caller else 0),
            ),
        )
        .where(which, Group.archived_at.is_(None))
        .where(true() if caller is None else visible(Group, caller))
        .order_by(Group.name, Group.id)
        .limit(limit)
    )
    return [
        Offer(group, may_call(caller, group.callers, role))
        for group, role in db.session.execute(statement)
    ]


def _archived(archived: bool) -> ColumnElement[bool]:
    return Group.archived_at.is_not(None) if archived else Group.archived_at.is_(None)
