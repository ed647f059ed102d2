"""Reads of channels, their members and their changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, bindparam, exists, func, or_, select

from enterprise_social.channels.models import (
    OPEN_KINDS,
    UNLISTED_KINDS,
    Change,
    Channel,
    ChannelGroup,
    Membership,
)
from enterprise_social.core.access import BoundViewer, visible
from enterprise_social.core.db import OneOf, counted, db
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.core.paging import Page, page_by_name
from enterprise_social.people.models import Block, Group, Person
from enterprise_social.people.policy.guests import GUEST


@dataclass(frozen=True)
class Seat:
    """A channel together with the viewer's membership in it, if any."""

    channel: Channel
    membership: Membership | None


@dataclass(frozen=True)
class Member:
    """A person in a channel."""

    person: Person
    role: str
    joined_at: datetime


_MEMBERSHIP = (
    select(Membership)
    .where(
        Membership.channel_id == bindparam("of_channel"),
        Membership.person_id == bindparam("of_person"),
    )
    .execution_options(populate_existing=True)
)


def membership(channel_id: int, person_id: int) -> Membership | None:
    """Return somebody's membership as it is now, or None."""
    given = {"of_channel": channel_id, "of_person": person_id}
    return db.session.execute(_MEMBERSHIP, given).scalar_one_or_none()


def seat(viewer: Person, *, slug: str | None = None, channel_id: int | None = None) -> Seat:
    """Load a channel by slug or id on behalf of ``viewer``, with their membership, in one query.

    Raises NotFound where there is none that the viewer may see.
    """
    by_slug = slug is not None
    named = slug if by_slug else channel_id
    asked = {"viewer_id": viewer.id, "viewer_role": viewer.role, "named": named}
    row = db.session.execute(_seat_statement(by_slug), asked).one_or_none()
    if row is None:
        raise NotFound()
    return Seat(row[0], row[1])


@cache
def _seat_statement(by_slug: bool) -> Any:
    viewer = BoundViewer()
    mine = and_(Membership.channel_id == Channel.id, Membership.person_id == viewer.id)
    named = (Channel.slug if by_slug else Channel.id) == bindparam("named")
    return (
        select(Channel, Membership)
        .outerjoin(Membership, mine)
        .where(named, visible(Channel, viewer))
    )


def channel_ids_of(person_id: int) -> dict[int, int]:
    """Return the channels that somebody is in, each with its ``seq``."""
    rows = db.session.execute(_CHANNELS_OF, {"person_id": person_id})
    return {channel_id: seq for channel_id, seq in rows}  # noqa: C416 - rows are no pairs for mypy


# Built once: everyone who connects asks for it twice.
_CHANNELS_OF = (
    select(Channel.id, Channel.seq)
    .join(Membership, Membership.channel_id == Channel.id)
    .where(Membership.person_id == bindparam("person_id"))
)


def browse(
    viewer: Person, *, text: str = "", show: str = "all", cursor: str | None = None, limit: int = 50
) -> Page[Seat]:
    """List channels that the viewer may see, by name; direct conversations are not among them.

    ``show`` is ``all``, ``joined`` or ``archived``; ``text`` is looked for in name and purpose.
    """
    statement = (
        select(Channel, Membership)
        .outerjoin(
            Membership,
            and_(Membership.channel_id == Channel.id, Membership.person_id == viewer.id),
        )
        .where(visible(Channel, viewer), *_listed())
        .where(_archived(show == "archived"))
    )
    if show == "joined":
        statement = statement.where(Membership.person_id.is_not(None))
    if text:
        statement = statement.where(_named_like(text))
    return page_by_name(statement, Channel, Seat, cursor, limit)


def _listed() -> tuple[Any, Any]:
    """Return the conditions for what a list of channels may hold.

    Conversations have no name: by that a list in the order of names passes them over at once.
    """
    return Channel.name > "", Channel.kind.not_in(UNLISTED_KINDS)


def _archived(archived: bool) -> Any:
    return Channel.archived_at.is_not(None) if archived else Channel.archived_at.is_(None)


def _named_like(text: str) -> Any:
    wanted = text.strip().lstrip("#")
    columns = (Channel.name, Channel.slug, Channel.purpose)
    return or_(*(column.icontains(wanted, autoescape=True) for column in columns))


def suggest(viewer: Person, text: str, limit: int = 8) -> Sequence[Channel]:
    """Return channels whose name begins with what somebody types."""
    columns = (Channel.slug, Channel.name)
    begins = or_(*(column.istartswith(text, autoescape=True) for column in columns))
    statement = (
        select(Channel)
        .where(visible(Channel, viewer), Channel.archived_at.is_(None))
        .where(*_listed())
        .where(begins)
        .order_by(Channel.name, Channel.id)
    )
    return db.session.scalars(statement.limit(limit)).all()


def to_join(viewer: Person, limit: int = 5) -> Sequence[Channel]:
    """Return the largest open channels that the viewer is not in."""
    mine = select(Membership.channel_id).where(Membership.person_id == viewer.id)
    statement = (
        select(Channel)
        .where(Channel.kind.in_(OPEN_KINDS), Channel.archived_at.is_(None))
        .where(Channel.id.not_in(mine), visible(Channel, viewer))
        .order_by(Channel.member_count.desc(), Channel.id)
    )
    return db.session.scalars(statement.limit(limit)).all()


def count_open(viewer: Person) -> int:
    """Count the channels that the viewer could browse, up to one more than ``MOST_COUNTED``."""
    return counted(
        select(Channel.id).where(
            visible(Channel, viewer), *_listed(), Channel.archived_at.is_(None)
        )
    )


def members(
    channel_id: int, *, text: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Member]:
    """List a channel's active members by name."""
    statement = (
        select(Person, Membership.role, Membership.joined_at)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.channel_id == channel_id)
    )
    if text:
        named = (Person.name, Person.username)
        statement = statement.where(
            or_(*(column.icontains(text, autoescape=True) for column in named))
        )
    return page_by_name(statement, Person, Member, cursor, limit)


def guests_among(channel_id: int, others: Sequence[int] = ()) -> list[int]:
    """Return the guests in a channel, and those among some others."""
    here = select(Membership.person_id).where(Membership.channel_id == channel_id)
    statement = select(Person.id).where(
        Person.role == GUEST, or_(OneOf(Person.id, here), Person.id.in_(others))
    )
    return list(db.session.scalars(statement))


def channels_named(viewer: Person, text: str) -> Sequence[Channel]:
    """Return the channels whose addresses stand in a text, such as ``#quay, #crane-crew``.

    Raises Invalid, by ``channels``, for one that there isn't or that the viewer may not know of.
    """
    slugs = list(dict.fromkeys(re.split(r"[\s,;#]+", text.casefold())))
    wanted = [slug for slug in slugs if slug]
    statement = select(Channel).where(Channel.slug.in_(wanted), visible(Channel, viewer))
    found = {
        channel.slug: channel
        for channel in db.session.scalars(statement.where(Channel.kind.not_in(UNLISTED_KINDS)))
    }
    for slug in wanted:
        if slug not in found:
            unknown = _("There is no channel #%(name)s here.", name=slug[:80])
            raise Invalid(errors={"channels": [unknown]})
    return [found[slug] for slug in wanted]


def groups_in(channel_id: int, viewer: Person) -> Sequence[Group]:
    """Return the groups that fill a channel and that the viewer may know of, by name."""
    statement = (
        select(Group)
        .join(ChannelGroup, ChannelGroup.group_id == Group.id)
        .where(ChannelGroup.channel_id == channel_id, visible(Group, viewer))
        .order_by(Group.name, Group.id)
    )
    return db.session.scalars(statement).all()


def met_in_listed(person_id: int, others: Collection[int]) -> set[int]:
    """Return which of the others are in a channel with somebody; conversations don't count."""
    mine = (
        select(Membership.channel_id)
        .join(Channel, Channel.id == Membership.channel_id)
        .where(Membership.person_id == person_id, Channel.kind.not_in(UNLISTED_KINDS))
    )
    statement = select(Membership.person_id).where(
        Membership.person_id.in_(others), Membership.channel_id.in_(mine)
    )
    return set(db.session.scalars(statement))


def changes(channel_id: int, seqs: Sequence[int]) -> Sequence[Change]:
    """Return the named changes of a channel, in order."""
    statement = select(Change).where(Change.channel_id == channel_id, Change.seq.in_(seqs))
    return db.session.execute(statement.order_by(Change.seq)).scalars().all()


def changes_after(channel_id: int, after: int, limit: int) -> Sequence[Change]:
    """Return the next changes of a channel after ``after``, in order."""
    return (
        db.session.execute(
            select(Change)
            .where(Change.channel_id == channel_id, Change.seq > after)
            .order_by(Change.seq)
            .limit(limit)
        )
        .scalars()
        .all()
    )


def log_reaches(channel: Channel, after: int) -> bool:
    """Tell whether the change log still holds everything after ``after``."""
    if after >= channel.seq:
        return True
    oldest = db.session.execute(
        select(func.min(Change.seq)).where(Change.channel_id == channel.id)
    ).scalar_one()
    return oldest is not None and oldest <= after + 1


def others_in(channel_ids: Sequence[int], person_id: int) -> dict[int, list[Person]]:
    """Return who else is in each of the given direct conversations, by name."""
    found: dict[int, list[Person]] = {}
    if not channel_ids:
        return found
    rows = db.session.execute(
        select(Membership.channel_id, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.channel_id.in_(channel_ids), Membership.person_id != person_id)
        .order_by(Person.name)
    )
    for channel_id, person in rows:
        found.setdefault(channel_id, []).append(person)
    return found


def cut_off(channel_id: int) -> bool:
    """Tell whether a block stands between the two of a conversation of two."""
    inside = select(Membership.person_id).where(Membership.channel_id == channel_id)
    between = exists().where(Block.blocker_id.in_(inside), Block.blocked_id.in_(inside))
    statement = select(between).where(
        Channel.id == channel_id, Channel.kind == "direct", Channel.member_count == 2
    )
    return bool(db.session.execute(statement).scalar_one_or_none())
