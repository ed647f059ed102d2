"""Reads of posts as such; pages read cards, which hold everything on a post."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, select, true

from enterprise_social.channels.models import OPEN_KINDS, Channel
from enterprise_social.core.access import visible
from enterprise_social.core.db import db, table
from enterprise_social.core.text import ChannelRef, GroupRef, PersonRef, hashtag_key
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.queries.groups import callable_by
from enterprise_social.posts import emoji
from enterprise_social.posts.models import (
    REFUSED,
    WAITING,
    Draft,
    HeldPost,
    Post,
    PostHashtag,
    Revision,
)

NEWEST_TAGGED = 2000
MOST_HELD = 50  # shown to their author in one place
MOST_GROUPS = 20  # that one post can call


class References:
    """Looks up what a text names, for a text that ``author`` writes in one channel."""

    def __init__(self, channel_id: int, author: Person | None = None) -> None:
        self._channel_id = channel_id
        self._author = author

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        """Return the active people with these usernames whom the author may know of."""
        rows = db.session.execute(
            select(Person.id, Person.username, Person.name).where(
                Person.username.in_(usernames),
                Person.deactivated_at.is_(None),
                self._knows(Person),
            )
        )
        return {row.username: PersonRef(row.id, row.username, row.name) for row in rows}

    def groups(self, handles: set[str]) -> dict[str, GroupRef]:
        """Return the groups with these handles that the author may call."""
        if self._author is None:
            return {}
        found = callable_by(self._author, handles)[:MOST_GROUPS]
        return {group.slug: GroupRef(group.id, group.slug) for group in found}

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        """Return the channels with these slugs that every reader of this channel may know of."""
        rows = db.session.execute(
            select(Channel.id, Channel.slug, Channel.name)
            .where(Channel.slug.in_(slugs))
            .where(Channel.kind.in_(OPEN_KINDS) | (Channel.id == self._channel_id))
            .where(self._knows(Channel))
        )
        return {row.slug: ChannelRef(row.id, row.slug, row.name) for row in rows}

    def emoji(self, names: set[str]) -> dict[str, str]:
        """Return the pictures of the organisation's own emoji of these names."""
        return emoji.tokens_of(names)

    def _knows(self, model: type[Any]) -> ColumnElement[bool]:
        """Return the condition for what the author may know of: a guest can't try out names."""
        author = self._author
        return visible(model, author) if author is not None and is_guest(author) else true()


def _sent_as(model: type[Post] | type[HeldPost]) -> Any:
    rows = table(model).c
    named = (rows.author_id == bindparam("of_author"), rows.client_id == bindparam("sent_as"))
    return select(rows.id).where(*named).scalar_subquery()


_SENT_AS = select(_sent_as(Post), _sent_as(HeldPost))


def by_client_id(author_id: int, client_id: str) -> Post | HeldPost | None:
    """Return what an author already sent under ``client_id``: a post, or what is to be approved."""
    given = {"of_author": author_id, "sent_as": client_id}
    post_id, held_id = db.session.execute(_SENT_AS, given).one()
    if post_id is not None:
        return db.session.get_one(Post, post_id)
    return None if held_id is None else db.session.get_one(HeldPost, held_id)


def last_written(author_id: int, channel_id: int, since: datetime) -> datetime | None:
    """Return when somebody last wrote in a channel after ``since``, taken away or not."""
    mine = (Post.author_id == author_id, Post.created_at > since)
    posted = select(func.max(Post.created_at)).where(*mine, Post.channel_id == channel_id)
    waiting = select(func.max(HeldPost.created_at)).where(
        HeldPost.author_id == author_id,
        HeldPost.state == WAITING,
        HeldPost.channel_id == channel_id,
        HeldPost.created_at > since,
    )
    row = db.session.execute(select(posted.scalar_subquery(), waiting.scalar_subquery())).one()
    return max((moment for moment in row if moment is not None), default=None)


def revisions(post_id: int) -> Sequence[Revision]:
    """Return what a post said before, newest first."""
    statement = select(Revision).where(Revision.post_id == post_id)
    return db.session.execute(statement.order_by(Revision.id.desc())).scalars().all()


class Desk(NamedTuple):
    """What somebody has before them where they write.

    ``draft`` is what they have begun, ``has_waiting`` says that something of theirs waits for
    approval there, or was refused, and ``to_approve`` how much of others' waits in the channel.
    """

    draft: str
    has_waiting: bool
    to_approve: int


_DRAFT = select(Draft.body).where(
    Draft.person_id == bindparam("person_id"),
    Draft.channel_id == bindparam("channel_id"),
    Draft.parent_id == bindparam("parent_id"),
)
_OWN_WAITING = exists().where(
    HeldPost.author_id == bindparam("person_id"),
    HeldPost.state.in_((WAITING, REFUSED)),
    HeldPost.channel_id == bindparam("channel_id"),
)
_TO_APPROVE = select(func.count()).where(
    HeldPost.channel_id == bindparam("channel_id"),
    HeldPost.state == WAITING,
    HeldPost.level == "channel",
    HeldPost.author_id != bindparam("person_id"),
)
_DESK = select(_DRAFT.scalar_subquery(), _OWN_WAITING, _TO_APPROVE.scalar_subquery())


def desk(person_id: int, channel_id: int, parent_id: int = 0) -> Desk:
    """Return what somebody has before them in a channel or in a thread of it, in one query."""
    asked = {"person_id": person_id, "channel_id": channel_id, "parent_id": parent_id}
    row = db.session.execute(_DESK, asked).one()
    return Desk(row[0] or "", bool(row[1]), int(row[2]))


def draft(person_id: int, channel_id: int, parent_id: int = 0) -> str:
    """Return what somebody has begun to write there, or an empty text."""
    asked = {"person_id": person_id, "channel_id": channel_id, "parent_id": parent_id}
    found: str | None = db.session.execute(_DRAFT, asked).scalar_one_or_none()
    return found or ""


def held_of(person_id: int, channel_id: int, parent_id: int | None = None) -> Sequence[HeldPost]:
    """Return what somebody wrote in a channel, or in a thread, that waits or was not approved."""
    statement = select(HeldPost).where(
        HeldPost.author_id == person_id,
        HeldPost.state.in_((WAITING, REFUSED)),
        HeldPost.channel_id == channel_id,
        HeldPost.parent_id.is_not_distinct_from(parent_id),
    )
    return db.session.scalars(statement.order_by(HeldPost.id).limit(MOST_HELD)).all()


def suggest_hashtags(viewer: Person, text: str, limit: int = 8) -> Sequence[str]:
    """Return the hashtags that begin with what somebody types, the most used first.

    Only of posts that the viewer may see: a tag can be as telling as a post. They are counted
    among the newest uses, so that it stays quick however many there are.
    """
    recent = (
        select(PostHashtag.post_id, PostHashtag.tag)
        .where(PostHashtag.tag.startswith(hashtag_key(text), autoescape=True))
        .order_by(PostHashtag.post_id.desc())
        .limit(NEWEST_TAGGED)
        .subquery()
    )
    statement = (
        select(recent.c.tag)
        .join(Post, Post.id == recent.c.post_id)
        .where(visible(Post, viewer), Post.deleted_at.is_(None), Post.hidden_at.is_(None))
        .group_by(recent.c.tag)
        .order_by(func.count().desc(), recent.c.tag)
    )
    return db.session.scalars(statement.limit(limit)).all()
