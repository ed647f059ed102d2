"""Reads of somebody's notifications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select, tuple_

from enterprise_social.announcements.models import Announcement
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.queries import others_in
from enterprise_social.core.db import MOST_COUNTED, db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.core.text import plain_excerpt
from enterprise_social.feed.queries.places import channel_url
from enterprise_social.notifications.models import Notification
from enterprise_social.people import queries as people
from enterprise_social.people.models import Group, Person
from enterprise_social.people.models.presence import Block
from enterprise_social.people.policy.guests import GUEST
from enterprise_social.posts.models import Post

EXCERPT = 140
FILTERS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "mentions": ("mention", "group_mention", "channel_mention", "keyword"),
    "threads": ("reply",),
    "messages": ("direct",),
    "reactions": ("reaction",),
    "following": ("follow", "followed_post"),
    "announcements": ("announcement",),
}


@dataclass(frozen=True)
class Line:
    """A notification with all that is shown of it."""

    notification: Notification
    actors: Sequence[Person] = field(default_factory=list)
    channel: Channel | None = None
    # The others of a direct conversation.
    partners: Sequence[Person] = field(default_factory=list)
    group: Group | None = None
    excerpt: str = ""
    title: str = ""
    withdrawn: bool = False

    @property
    def others(self) -> int:
        """How many more did the same."""
        return max(0, self.notification.actor_count - 1)

    @property
    def url(self) -> str:
        """Where it leads."""
        one = self.notification
        if one.announcement_id is not None:
            return f"/announcements/{one.announcement_id}"
        if one.case_id is not None:
            judging = one.reason in ("appealed", "overdue", "waiting")
            return (
                f"/moderation/cases/{one.case_id}" if judging else f"/moderation/mine/{one.case_id}"
            )
        if one.reason == "held_waits":
            # Of the organisation's rules where it names no channel.
            place = self.channel and channel_url(self.channel)
            return f"{place}/approvals" if place else "/admin/moderation/approvals"
        if one.kind == "export":
            own = one.reason.startswith("own_")
            return "/settings/data" if own else f"/admin/exports/{one.group_key.split(':')[1]}"
        if one.kind == "follow":
            first = self.actors[0] if self.actors and not self.others else None
            return f"/people/{first.username}" if first else "/followers"
        if self.channel is None:
            return "/notifications"
        if one.post_id is None:
            return channel_url(self.channel)
        if one.root_id is not None:
            return f"/posts/{one.post_id}"
        return f"{channel_url(self.channel)}?at={one.post_id}#at"


def listing(
    viewer: Person,
    *,
    show: str = "all",
    unread: bool = False,
    cursor: str | None = None,
    limit: int = 30,
    new_first: bool = False,
) -> Page[Line]:
    """Return one page, the newest first; ``show`` is one of FILTERS.

    With ``new_first`` what is unread stands before what was read. What is of a channel that the
    person is no longer in isn't shown. Raises Invalid for a foreign cursor.
    """
    statement = select(Notification).where(
        Notification.person_id == viewer.id, _of_their_channels(viewer.id)
    )
    if FILTERS.get(show):
        statement = statement.where(Notification.kind.in_(FILTERS[show]))
    if unread:
        statement = statement.where(_NEW)
    if new_first:
        rows = _new_ones_first(statement, cursor, limit + 1)
    else:
        after = decode(cursor, datetime, int) if cursor else None
        rows = _newest(statement, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(lines_of(rows[:limit]), _cursor(last, new_first) if last else None)


def _new_ones_first(
    statement: Select[Any], cursor: str | None, limit: int
) -> Sequence[Notification]:
    """Return what is unread and then, as far as there is room, what was read.

    One after the other, each by its index: both in one order would sort all that somebody has.
    """
    after: Any = decode(cursor, int, datetime, int) if cursor else None
    unread: Sequence[Notification] = ()
    if after is None or after[0]:
        unread = _newest(statement.where(_NEW), after and after[1:], limit)
        after = None
    read = statement.where(Notification.read_at.is_not(None))
    return [*unread, *_newest(read, after and after[1:], limit - len(unread))]


def _newest(statement: Select[Any], after: Any, limit: int) -> Sequence[Notification]:
    keys = (Notification.updated_at, Notification.id)
    if after is not None:
        statement = statement.where(tuple_(*keys) < tuple_(*after))
    statement = statement.order_by(*(key.desc() for key in keys)).limit(limit)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def _cursor(last: Notification, new_first: bool) -> str:
    key = (last.updated_at, last.id)
    return encode(int(last.read_at is None), *key) if new_first else encode(*key)


def unread_count(viewer_id: int) -> int:
    """Count the unread lines of somebody that the page would list, as far as it matters."""
    return int(db.session.execute(_unread_statement(), {"viewer_id": viewer_id}).scalar_one())


# Every page asks for it, and building a statement costs more than running it.
@cache
def _unread_statement() -> Any:
    mine = _unread(bindparam("viewer_id"))
    some = select(literal(1).label("one")).select_from(Notification).where(*mine)
    return select(func.count()).select_from(some.limit(MOST_COUNTED + 1).subquery())


def unread_counts_of(person_ids: Iterable[int]) -> dict[int, int]:
    """Count the unread lines of each of these people (at most some hundred) in one query."""
    found = dict.fromkeys(person_ids, 0)
    # Of each no more than is shown as a number.
    some = (
        select(literal(1).label("one"))
        .select_from(Notification)
        .where(Notification.person_id == Person.id, _NEW, still_theirs())
        .correlate(Person)
        .limit(MOST_COUNTED + 1)
        .subquery()
    )
    statement = select(Person.id, select(func.count()).select_from(some).scalar_subquery())
    statement = statement.where(Person.id.in_(list(found)))
    found.update((row[0], int(row[1])) for row in db.session.execute(statement))
    return found


def unread_counts(viewer_id: int) -> dict[str, int]:
    """Count the unread lines by filter."""
    some = select(Notification.kind).where(*_unread(viewer_id)).limit(MOST_COUNTED + 1).subquery()
    rows = db.session.execute(select(some.c.kind, func.count()).group_by(some.c.kind))
    numbers = {row[0]: int(row[1]) for row in rows}
    return {
        name: sum(number for kind, number in numbers.items() if not kinds or kind in kinds)
        for name, kinds in FILTERS.items()
    }


def line_of(viewer: Person, notification_id: int) -> Line | None:
    """Return one of somebody's own lines, or None."""
    statement = select(Notification).where(
        Notification.id == notification_id, Notification.person_id == viewer.id, still_theirs()
    )
    found = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    return next(iter(lines_of(found)), None)


def lines_of(notifications: Sequence[Notification]) -> list[Line]:
    """Return notifications with what is shown of them, in six queries for any number."""
    actors = people.by_ids(each for one in notifications for each in one.actor_ids)
    channels = _by_id(Channel, {one.channel_id for one in notifications})
    partners = _partners(notifications, channels)
    groups = _by_id(Group, {_group_id(one) for one in notifications})
    posts = _by_id(Post, {one.post_id for one in notifications})
    announcements = _by_id(Announcement, {one.announcement_id for one in notifications})
    found = []
    for one in notifications:
        post, announcement = posts.get(one.post_id), announcements.get(one.announcement_id)
        withdrawn = announcement is not None and announcement.ended_as == "withdrawn"
        said = post.plain if post is not None and not (post.deleted or post.hidden) else ""
        if announcement is not None:
            said = "" if withdrawn else announcement.plain
        found.append(
            Line(
                notification=one,
                actors=[actors[each] for each in one.actor_ids if each in actors],
                channel=channels.get(one.channel_id),
                partners=partners.get((one.channel_id, one.person_id), []),
                group=groups.get(_group_id(one)),
                excerpt=plain_excerpt(said, EXCERPT),
                title=announcement.title if announcement and not withdrawn else "",
                withdrawn=withdrawn,
            )
        )
    return found


def _group_id(one: Notification) -> int | None:
    kind, _colon, number = one.reason.partition(":")
    return int(number) if kind == "group" and number.isdecimal() else None


def _partners(
    notifications: Sequence[Notification], channels: dict[int | None, Channel]
) -> dict[tuple[int | None, int], list[Person]]:
    """Return who else is in the direct conversations; they are all one person's."""
    direct = [each.id for each in channels.values() if each.kind == "direct"]
    if not direct:
        return {}
    me = notifications[0].person_id
    return {(each, me): others for each, others in others_in(direct, me).items()}


def _unread(viewer_id: Any) -> list[ColumnElement[bool]]:
    mine = Notification.person_id == viewer_id
    return [mine, _NEW, _of_their_channels(viewer_id)]


_NEW = Notification.read_at.is_(None)


def _of_their_channels(viewer_id: Any) -> ColumnElement[bool]:
    """Return the same as ``still_theirs`` of one person, whose channels are read once."""
    mine = select(Membership.channel_id).where(Membership.person_id == viewer_id)
    return _theirs(Notification.channel_id.in_(mine))


def still_theirs() -> ColumnElement[bool]:
    """Return the condition for what is of no channel, or of one that the person is in."""
    member = (
        select(Membership.person_id)
        .where(
            Membership.channel_id == Notification.channel_id,
            Membership.person_id == Notification.person_id,
        )
        .exists()
    )
    return _theirs(member)


def _theirs(member: ColumnElement[bool]) -> ColumnElement[bool]:
    # Whoever follows somebody reads their storyline without being in it, unless as a guest.
    employee = select(Person.id).where(Person.id == Notification.person_id, Person.role != GUEST)
    followed = and_(Notification.kind == "followed_post", employee.exists())
    return or_(Notification.channel_id.is_(None), member, followed)


def from_nobody_blocked() -> ColumnElement[bool]:
    """Return the condition for what was not last said by somebody whom the person blocks by now."""
    blocked = (
        select(Block.blocker_id)
        .join(Post, Post.author_id == Block.blocked_id)
        .where(Post.id == Notification.post_id, Block.blocker_id == Notification.person_id)
        .exists()
    )
    return ~blocked


def _by_id(model: Any, ids: set[int | None]) -> dict[int | None, Any]:
    wanted = sorted(each for each in ids if each is not None)
    if not wanted:
        return {}
    rows = db.session.scalars(select(model).where(model.id.in_(wanted)))
    return {row.id: row for row in rows}
