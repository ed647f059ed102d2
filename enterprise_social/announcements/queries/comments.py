"""Reads of the comments on announcements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from enterprise_social.announcements import policy
from enterprise_social.announcements.models import Announcement, CommentThread
from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post

CHUNK = 500


@dataclass(frozen=True)
class Discussion:
    """The comments of an announcement: where they stand, how many, and whether more may come."""

    channel: Channel
    root: Post
    open: bool
    count: int


def thread_of(announcement_id: int) -> CommentThread | None:
    """Return where an announcement is commented on, if it ever was open for that."""
    return db.session.get(CommentThread, announcement_id)


def thread_in(channel_id: int) -> CommentThread | None:
    """Return whose comments a channel holds, if any."""
    statement = select(CommentThread).where(CommentThread.channel_id == channel_id)
    return db.session.scalars(statement).one_or_none()


def discussion_of(announcement_id: int) -> Discussion | None:
    """Return the comments of an announcement; the caller has checked who looks."""
    statement = (
        select(Channel, Post)
        .join(CommentThread, CommentThread.channel_id == Channel.id)
        .join(Post, Post.id == CommentThread.root_id)
        .where(CommentThread.announcement_id == announcement_id)
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        return None
    channel, root = row
    return Discussion(channel, root, not channel.archived, root.reply_count)


def counts_of(announcement_ids: Collection[int]) -> dict[int, tuple[int, bool]]:
    """Return how many comments each announcement has, and whether more may come."""
    if not announcement_ids:
        return {}
    statement = (
        select(CommentThread.announcement_id, Post.reply_count, Channel.archived_at)
        .join(Post, Post.id == CommentThread.root_id)
        .join(Channel, Channel.id == CommentThread.channel_id)
        .where(CommentThread.announcement_id.in_(announcement_ids))
    )
    return {row[0]: (row[1], row[2] is None) for row in db.session.execute(statement)}


def readers_among(channel_id: int, person_ids: Collection[int]) -> set[int]:
    """Return which of the people may read the comments in a channel; of another one nobody."""
    about = select(Announcement).join(
        CommentThread, CommentThread.announcement_id == Announcement.id
    )
    announcement = db.session.scalars(
        about.where(CommentThread.channel_id == channel_id).execution_options(
            populate_existing=True
        )
    ).one_or_none()
    found: set[int] = set()
    if announcement is None:
        return found
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person.id).where(
            Person.id.in_(wanted[start : start + CHUNK]), policy.comment_readers(announcement)
        )
        found.update(db.session.scalars(statement))
    return found
