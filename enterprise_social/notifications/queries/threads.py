"""The threads that somebody follows, with what is new in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, literal, select, tuple_
from sqlalchemy.orm import aliased

from enterprise_social.core.access import visible
from enterprise_social.core.db import UTCDateTime, db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.feed.queries.cards import Card, card_select, cards, cards_by_id
from enterprise_social.notifications.models import Following
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.posts.policy import ANCHOR

PAGE = 15
NEWEST_REPLIES = 2
_EVER = literal(datetime(1, 1, 2, tzinfo=UTC), UTCDateTime())


@dataclass(frozen=True)
class FollowedThread:
    """A thread with its newest replies, oldest of them first, and how many are unread."""

    root: Card
    replies: list[Card] = field(default_factory=list)
    unread: int = 0
    reason: str = ""

    @property
    def earlier(self) -> int:
        """How many replies stand before the ones that are shown."""
        return max(0, self.root.reply_count - len(self.replies))


def followed_threads(
    viewer: Person, *, cursor: str | None = None, limit: int = PAGE
) -> Page[FollowedThread]:
    """Return the threads that somebody follows, the one with the newest reply first.

    Those that nobody answered yet, and comments on announcements, stand where they are. Raises
    Invalid for a foreign cursor.
    """
    statement = (
        select(Post.id, Post.last_reply_at, Following.reason)
        .join(Following, Following.root_id == Post.id)
        .where(Following.person_id == viewer.id, Following.follows, visible(Post, viewer))
        .where(Post.last_reply_at.is_not(None), Post.reply_count > 0, Post.type != ANCHOR)
    )
    place = tuple_(Post.last_reply_at, Post.id)
    if cursor:
        statement = statement.where(place < tuple_(*decode(cursor, datetime, int)))
    rows = db.session.execute(
        statement.order_by(Post.last_reply_at.desc(), Post.id.desc()).limit(limit + 1)
    ).all()
    last = rows[limit - 1] if len(rows) > limit else None
    ids = [row.id for row in rows[:limit]]
    roots, replies, unread = cards_by_id(ids), _newest_replies(ids), _unread(viewer.id, ids)
    found = [
        FollowedThread(roots[row.id], replies.get(row.id, []), unread.get(row.id, 0), row.reason)
        for row in rows[:limit]
        if row.id in roots
    ]
    return Page(found, encode(last.last_reply_at, last.id) if last else None)


def _newest_replies(root_ids: Sequence[int]) -> dict[int, list[Card]]:
    if not root_ids:
        return {}
    root, reply = aliased(Post), aliased(Post)
    floor = (
        select(reply.created_at)
        .where(reply.parent_id == root.id, reply.deleted_at.is_(None))
        .order_by(reply.created_at.desc(), reply.id.desc())
        .offset(NEWEST_REPLIES - 1)
        .limit(1)
        .correlate(root)
        .scalar_subquery()
    )
    since = (
        select(root.id, func.coalesce(floor, _EVER).label("floor"))
        .where(root.id.in_(root_ids))
        .subquery()
    )
    statement = (
        card_select()
        .join(since, since.c.id == Post.parent_id)
        .where(Post.created_at >= since.c.floor, Post.deleted_at.is_(None))
        .order_by(Post.created_at, Post.id)
    )
    found: dict[int, list[Card]] = {}
    for card in cards(statement):
        found.setdefault(card.parent_id or 0, []).append(card)
    return {root_id: theirs[-NEWEST_REPLIES:] for root_id, theirs in found.items()}


def _unread(person_id: int, root_ids: Sequence[int]) -> dict[int, int]:
    """Count what others replied since somebody read, or began to follow, each thread."""
    if not root_ids:
        return {}
    statement = (
        select(Post.parent_id, func.count())
        .join(Following, Following.root_id == Post.parent_id)
        .where(Post.parent_id.in_(root_ids), Following.person_id == person_id)
        .where(Post.author_id != person_id, Post.deleted_at.is_(None))
        .where(Post.created_at > func.coalesce(Following.read_at, Following.since))
        .group_by(Post.parent_id)
    )
    return {int(row[0] or 0): int(row[1]) for row in db.session.execute(statement)}


def unread_threads(viewer: Person) -> int:
    """Count the followed threads in which somebody else replied last and that are unread.

    Of those that the viewer may still read: not of channels that they left.
    """
    newest = aliased(Post)
    by_others = (
        select(newest.id)
        .where(newest.parent_id == Post.id, newest.author_id != viewer.id)
        .where(newest.created_at > func.coalesce(Following.read_at, Following.since))
        .where(newest.deleted_at.is_(None))
        .exists()
    )
    statement = (
        select(func.count())
        .select_from(Following)
        .join(Post, Post.id == Following.root_id)
        .where(Following.person_id == viewer.id, Following.follows, Post.type != ANCHOR)
        .where(visible(Post, viewer))
        .where(Post.last_reply_at > func.coalesce(Following.read_at, Following.since))
        .where(Post.reply_count > 0, by_others)
    )
    return int(db.session.execute(statement).scalar_one())
