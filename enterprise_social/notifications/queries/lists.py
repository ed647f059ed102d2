"""Reads of somebody's notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, tuple_

from enterprise_social.announcements.models import Announcement
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.core.text import plain_excerpt
from enterprise_social.notifications.models import Notification
from enterprise_social.people import queries as people
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post

EXCERPT = 140
FILTERS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "mentions": ("mention", "group_mention", "channel_mention", "keyword"),
    "threads": ("reply",),
    "messages": ("direct",),
    "announcements": ("announcement",),
}


@dataclass(frozen=True)
class Line:
    """A notification with all that is shown of it."""

    notification: Notification
    actors: Sequence[Person] = field(default_factory=list)
    channel: Channel | None = None
    excerpt: str = ""
    title: str = ""

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
        if self.channel is None:
            return "/notifications"
        if one.post_id is None:
            return f"/channels/{self.channel.slug}"
        if one.root_id is not None:
            return f"/posts/{one.post_id}"
        return f"/channels/{self.channel.slug}?at={one.post_id}"


def listing(
    viewer: Person,
    *,
    show: str = "all",
    unread: bool = False,
    cursor: str | None = None,
    limit: int = 30,
) -> Page[Line]:
    """Return one page, the newest first; ``show`` is one of FILTERS.

    What is of a channel that the person is no longer in isn't shown. Raises Invalid for a foreign
    cursor.
    """
    statement = select(Notification).where(Notification.person_id == viewer.id, _still_theirs())
    if FILTERS.get(show):
        statement = statement.where(Notification.kind.in_(FILTERS[show]))
    if unread:
        statement = statement.where(Notification.read_at.is_(None))
    if cursor:
        after = tuple_(*decode(cursor, datetime, int))
        statement = statement.where(tuple_(Notification.updated_at, Notification.id) < after)
    statement = statement.order_by(Notification.updated_at.desc(), Notification.id.desc())
    statement = statement.limit(limit + 1).execution_options(populate_existing=True)
    rows = db.session.scalars(statement).all()
    lines = lines_of(rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(lines, encode(last.updated_at, last.id) if last else None)


def unread_count(viewer_id: int) -> int:
    """Count the unread lines of somebody: the same number that the page would list."""
    statement = select(func.count()).select_from(Notification).where(*_unread(viewer_id))
    return int(db.session.execute(statement).scalar_one())


def unread_counts(viewer_id: int) -> dict[str, int]:
    """Count the unread lines by filter."""
    statement = select(Notification.kind, func.count()).where(*_unread(viewer_id))
    rows = db.session.execute(statement.group_by(Notification.kind))
    numbers = {row[0]: int(row[1]) for row in rows}
    return {
        name: sum(number for kind, number in numbers.items() if not kinds or kind in kinds)
        for name, kinds in FILTERS.items()
    }


def lines_of(notifications: Sequence[Notification]) -> list[Line]:
    """Return notifications with what is shown of them, in four queries for any number."""
    actors = people.by_ids(each for one in notifications for each in one.actor_ids)
    channels = _by_id(Channel, {one.channel_id for one in notifications})
    posts = _by_id(Post, {one.post_id for one in notifications})
    announcements = _by_id(Announcement, {one.announcement_id for one in notifications})
    found = []
    for one in notifications:
        post, announcement = posts.get(one.post_id), announcements.get(one.announcement_id)
        said = post.plain if post is not None and not post.deleted else ""
        found.append(
            Line(
                notification=one,
                actors=[actors[each] for each in one.actor_ids if each in actors],
                channel=channels.get(one.channel_id),
                excerpt=plain_excerpt(announcement.plain if announcement else said, EXCERPT),
                title=announcement.title if announcement else "",
            )
        )
    return found


def _unread(viewer_id: int) -> list[ColumnElement[bool]]:
    mine = Notification.person_id == viewer_id
    return [mine, Notification.read_at.is_(None), _still_theirs()]


def _still_theirs() -> ColumnElement[bool]:
    member = (
        select(Membership.person_id)
        .where(
            Membership.channel_id == Notification.channel_id,
            Membership.person_id == Notification.person_id,
        )
        .exists()
    )
    return or_(Notification.channel_id.is_(None), member)


def _by_id(model: Any, ids: set[int | None]) -> dict[int | None, Any]:
    wanted = sorted(each for each in ids if each is not None)
    if not wanted:
        return {}
    rows = db.session.scalars(select(model).where(model.id.in_(wanted)))
    return {row.id: row for row in rows}
