"""What people may beyond their role, and why: read for the page of rights, in a fixed number of
queries a page, however many people there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from enterprise_social.announcements.models import AnnouncementRight
from enterprise_social.channels.models import (
    UNLISTED_KINDS,
    Channel,
    ChannelGroup,
    Membership,
)
from enterprise_social.core.access import visible
from enterprise_social.core.db import OneOf, db
from enterprise_social.core.paging import Page, page_by_name
from enterprise_social.people.models import (
    RIGHTS,
    Group,
    GroupMember,
    Person,
    ProfileChange,
    Right,
)
from enterprise_social.people.policy.rights import BY_ROLE
from enterprise_social.people.queries.directory import directory
from enterprise_social.people.queries.rights import rights_of

SHOWN = ("more", "admin", "manager", "guest")
MOST_LISTED = 50


@dataclass(frozen=True)
class Grant:
    """A right that somebody was granted: by whom (None: the installation), when and why."""

    name: str
    by: Person | None
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """Somebody in the matrix. ``announces`` is how far: everyone, line, some, or nothing."""

    person: Person
    granted: frozenset[str]
    announces: str

    def has(self, name: str) -> str:
        """Return by what they have a right: ``role``, ``grant``, or nothing."""
        if self.person.role == BY_ROLE[name]:
            return "role"
        return "grant" if name in self.granted and self.person.role != "guest" else ""


def lines(
    viewer: Person, *, text: str = "", show: str = "more", cursor: str | None = None
) -> Page[Line]:
    """Return one page of the matrix, by name; with ``text`` whoever is found by it.

    ``show`` is ``more``: who may anything that their role doesn't say, and admins; or a role.
    Raises Invalid for a foreign cursor.
    """
    if text:
        page = directory(viewer, query=text, cursor=cursor)
    else:
        statement = select(Person).where(_shown(show), Person.deactivated_at.is_(None))
        page = page_by_name(statement, Person, lambda person: person, cursor, MOST_LISTED)
    ids = [person.id for person in page.items]
    granted, announcing = rights_of(ids), _announcing(ids)
    return Page(
        [
            Line(
                person,
                frozenset(right.name for right, _by in granted.get(person.id, ())),
                _reach(person, [right.scope for right, _by in announcing.get(person.id, ())]),
            )
            for person in page.items
        ],
        page.next_cursor,
    )


def _shown(show: str) -> ColumnElement[bool]:
    if show in SHOWN[1:]:
        return Person.role == show
    return or_(
        Person.role == "admin",
        OneOf(Person.id, select(Right.person_id)),
        OneOf(Person.id, select(AnnouncementRight.person_id)),
    )


def _reach(person: Person, scopes: Sequence[str]) -> str:
    if person.role == "guest":
        return ""
    if person.role == "admin" or "everyone" in scopes:
        return "everyone"
    if person.role == "manager" or "line" in scopes:
        return "line" if not {"rule"} & set(scopes) else "some"
    return "some" if scopes else ""


def _announcing(
    person_ids: Sequence[int],
) -> dict[int, list[tuple[AnnouncementRight, Person | None]]]:
    granter = aliased(Person)
    statement = (
        select(AnnouncementRight, granter)
        .outerjoin(granter, granter.id == AnnouncementRight.granted_by_id)
        .where(AnnouncementRight.person_id.in_(person_ids))
        .order_by(AnnouncementRight.id)
    )
    found: dict[int, list[tuple[AnnouncementRight, Person | None]]] = {}
    for right, by in db.session.execute(statement):
        found.setdefault(right.person_id, []).append((right, by))
    return found


@dataclass(frozen=True)
class Why:
    """Why somebody may what they may.

    ``role_given`` is who gave the role last, where that is known. ``led`` are the channels that
    they lead and the viewer may know of, ``unnamed`` counts the others. ``groups`` are those that
    they are in, each with their role and the channels that it brings them into.
    """

    line: Line
    role_given: Grant | None
    granted: dict[str, Grant]
    announcing: Sequence[tuple[AnnouncementRight, Person | None]]
    led: Sequence[tuple[Channel, str]] = field(default_factory=list)
    unnamed: int = 0
    groups: Sequence[tuple[Group, str, Sequence[Channel]]] = field(default_factory=list)


def why(viewer: Person, person: Person) -> Why:
    """Explain what somebody may, as far as the viewer may know of its places."""
    granted = {
        right.name: Grant(right.name, by, right.granted_at, right.reason)
        for right, by in rights_of([person.id]).get(person.id, ())
    }
    announcing = _announcing([person.id]).get(person.id, [])
    reach = _reach(person, [right.scope for right, _by in announcing])
    led, unnamed = _led(viewer, person)
    return Why(
        Line(person, frozenset(granted), reach),
        _role_given(person),
        {name: granted[name] for name in RIGHTS if name in granted},
        announcing,
        led,
        unnamed,
        _groups(viewer, person),
    )


def _role_given(person: Person) -> Grant | None:
    statement = (
        select(ProfileChange, Person)
        .outerjoin(Person, Person.id == ProfileChange.actor_id)
        .where(ProfileChange.person_id == person.id, ProfileChange.field == "role")
        .order_by(ProfileChange.id.desc())
        .limit(1)
    )
    row = db.session.execute(statement).first()
    return None if row is None else Grant("role", row[1], row[0].at)


def _led(viewer: Person, person: Person) -> tuple[Sequence[tuple[Channel, str]], int]:
    leading = (
        Membership.person_id == person.id,
        Membership.role != "member",
        Channel.kind.not_in(UNLISTED_KINDS),
        Channel.archived_at.is_(None),
    )
    joined = select(Channel, Membership.role).join(Membership, Membership.channel_id == Channel.id)
    statement = joined.where(*leading, visible(Channel, viewer)).order_by(Channel.name, Channel.id)
    shown = [(row[0], row[1]) for row in db.session.execute(statement.limit(MOST_LISTED))]
    counting = select(func.count()).select_from(Membership).join(Channel).where(*leading)
    return shown, int(db.session.execute(counting).scalar_one()) - len(shown)


def _groups(viewer: Person, person: Person) -> list[tuple[Group, str, Sequence[Channel]]]:
    """Return their groups with the channels that these bring, in two queries."""
    mine = (
        select(Group, GroupMember.role)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.person_id == person.id, Group.archived_at.is_(None))
        .order_by(Group.name, Group.id)
        .limit(MOST_LISTED)
    )
    rows = db.session.execute(mine).all()
    filled = (
        select(ChannelGroup.group_id, Channel)
        .join(Channel, Channel.id == ChannelGroup.channel_id)
        .where(ChannelGroup.group_id.in_([row[0].id for row in rows]), visible(Channel, viewer))
        .where(Channel.archived_at.is_(None))
        .order_by(Channel.name, Channel.id)
    )
    channels: dict[int, list[Channel]] = {}
    for group_id, channel in db.session.execute(filled):
        channels.setdefault(group_id, []).append(channel)
    return [(group, role, channels.get(group.id, [])) for group, role in rows]
