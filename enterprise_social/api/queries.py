"""Reads that only the API has: lists of posts in its order, one post, drafts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select, tuple_

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.feed.queries.cards import Card, card_select, cards, cards_by_id
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Draft, Post


def card_for(viewer: Person, post_id: int) -> Card:
    """Return the card of a post that the viewer may see. Raises NotFound."""
    found = cards(card_select().where(Post.id == post_id, visible(Post, viewer)))
    if not found:
        raise NotFound()
    return found[0]


def posts_in(channel_id: int, *, root_only: bool, limit: int, cursor: str | None) -> Page[Card]:
    """Return a page of a channel's posts, replies among them, the newest first."""
    statement = _shown().where(Post.channel_id == channel_id)
    if root_only:
        statement = statement.where(Post.parent_id.is_(None))
    place = tuple_(Post.created_at, Post.id)
    if cursor:
        statement = statement.where(place < tuple_(*decode(cursor, datetime, int)))
    return _page(statement.order_by(Post.created_at.desc(), Post.id.desc()), limit)


def replies_to(root_id: int, *, limit: int, cursor: str | None) -> Page[Card]:
    """Return a page of a thread's replies, the oldest first."""
    statement = _shown().where(Post.parent_id == root_id)
    if cursor:
        place = tuple_(Post.created_at, Post.id)
        statement = statement.where(place > tuple_(*decode(cursor, datetime, int)))
    return _page(statement.order_by(Post.created_at, Post.id), limit)


def pins_in(channel_id: int, *, limit: int, cursor: str | None) -> Page[Card]:
    """Return a page of a channel's pinned posts, the newest pin first."""
    statement = select(Post.id, Post.pinned_at).where(
        Post.channel_id == channel_id,
        Post.pinned_at.is_not(None),
        Post.deleted_at.is_(None),
        Post.hidden_at.is_(None),
    )
    if cursor:
        place = tuple_(Post.pinned_at, Post.id)
        statement = statement.where(place < tuple_(*decode(cursor, datetime, int)))
    statement = statement.order_by(Post.pinned_at.desc(), Post.id.desc())
    rows = db.session.execute(statement.limit(limit + 1)).all()
    found = cards_by_id(row.id for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    pinned = [found[row.id] for row in rows[:limit] if row.id in found]
    return Page(pinned, encode(last.pinned_at, last.id) if last else None)


def drafts_of(viewer: Person) -> Sequence[Draft]:
    """Return what the viewer has begun to write, in channels that they may still see."""
    statement = (
        select(Draft)
        .join(Channel, Channel.id == Draft.channel_id)
        .where(Draft.person_id == viewer.id, visible(Channel, viewer))
    )
    return db.session.scalars(statement).all()


def _shown() -> Select[Any]:
    statement: Select[Any] = card_select()
    return statement.where(or_(Post.deleted_at.is_(None), Post.reply_count > 0))


def _page(statement: Select[Any], limit: int) -> Page[Card]:
    found = cards(statement.limit(limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], encode(last.created_at, last.id) if last else None)
