"""Reads for mails: lines that are still to be told, and where most was said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select

from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.core.text import plain_excerpt
from enterprise_social.notifications.models import Mute, Notification
from enterprise_social.notifications.queries.lists import (
    Line,
    from_nobody_blocked,
    lines_of,
    still_theirs,
)
from enterprise_social.people.models import Person
from enterprise_social.people.policy.blocks import not_blocked_by
from enterprise_social.posts.models import Post

MOST_POSTS = 5
MOST_LINES = 20
EXCERPT = 200


@dataclass(frozen=True)
class Busy:
    """A post that many answered, where somebody was not."""

    post: Post
    channel: Channel
    author: Person

    @property
    def excerpt(self) -> str:
        """How it begins."""
        return plain_excerpt(self.post.plain, EXCERPT)


def still_untold(person_id: int, notification_ids: Collection[int]) -> list[Line]:
    """Return those of these lines that somebody may still see and has not read."""
    statement = select(Notification).where(
        Notification.person_id == person_id,
        Notification.id.in_(notification_ids),
        Notification.read_at.is_(None),
        still_theirs(),
        from_nobody_blocked(),
    )
    return _lines(statement)


def unread_between(person_id: int, since: datetime, until: datetime) -> list[Line]:
    """Return what somebody was told in a time and has not read, the newest first."""
    statement = select(Notification).where(
        Notification.person_id == person_id,
        Notification.updated_at >= since,
        Notification.updated_at < until,
        Notification.read_at.is_(None),
        still_theirs(),
        from_nobody_blocked(),
    )
    return _lines(statement)


def busiest_between(person_id: int, since: datetime, until: datetime) -> Sequence[Busy]:
    """Return the unread posts of that time with the most replies in somebody's channels."""
    muted = (
        select(Mute.person_id)
        .where(Mute.person_id == person_id, Mute.channel_id == Channel.id, Mute.until > until)
        .exists()
    )
    statement = (
        select(Post, Channel, Person)
        .join(Channel, Channel.id == Post.channel_id)
        .join(Membership, Membership.channel_id == Channel.id)
        .join(Person, Person.id == Post.author_id)
        .where(
            Membership.person_id == person_id,
            Membership.notify != "none",
            Channel.kind.not_in(UNLISTED_KINDS),
            Channel.archived_at.is_(None),
            Channel.last_post_at >= since,
            ~muted,
            Post.created_at >= since,
            Post.created_at < until,
            Post.parent_id.is_(None),
            Post.deleted_at.is_(None),
            Post.hidden_at.is_(None),
            Post.seq > Membership.read_seq,
            Post.author_id != person_id,
            not_blocked_by(Post.author_id, literal(person_id)),
        )
        .order_by(Post.reply_count.desc(), Post.id.desc())
        .limit(MOST_POSTS)
    )
    return [Busy(row[0], row[1], row[2]) for row in db.session.execute(statement)]


def _lines(statement: object) -> list[Line]:
    ordered = statement.order_by(  # type: ignore[attr-defined]
        Notification.updated_at.desc(), Notification.id.desc()
    ).limit(MOST_LINES)
    return lines_of(db.session.scalars(ordered.execution_options(populate_existing=True)).all())
