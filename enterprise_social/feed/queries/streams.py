"""Streams and threads: slices of posts, oldest first, with cursors to both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, true, tuple_

from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.core.access import visible
from enterprise_social.core.db import is_sqlite
from enterprise_social.core.paging import decode, encode
from enterprise_social.feed.queries.cards import Card, card_select, cards
from enterprise_social.people.models import Person
from enterprise_social.people.policy.blocks import not_blocked_by
from enterprise_social.posts.models import Mention, Post

PAGE = 50
_IN_SIGHT = (Post.deleted_at.is_(None), Post.hidden_at.is_(None))


@dataclass(frozen=True)
class Slice:
    """Some cards, oldest first; ``older`` and ``newer`` are cursors, or None at the end."""

    posts: list[Card]
    older: str | None = None
    newer: str | None = None


def _shown() -> ColumnElement[bool]:
    """What stands in a list: everything but deleted posts that nobody replied to."""
    return or_(Post.deleted_at.is_(None), Post.reply_count > 0)


def _key(card: Card) -> str:
    return encode(card.created_at, card.id)


def _before(statement: Select[Any], cursor: str | None) -> Select[Any]:
    if cursor:
        statement = statement.where(
            tuple_(Post.created_at, Post.id) < tuple_(*decode(cursor, datetime, int))
        )
    return statement.order_by(Post.created_at.desc(), Post.id.desc())


def _after(statement: Select[Any], cursor: str) -> Select[Any]:
    return statement.where(
        tuple_(Post.created_at, Post.id) > tuple_(*decode(cursor, datetime, int))
    ).order_by(Post.created_at, Post.id)


def _backwards(statement: Select[Any], cursor: str | None, limit: int) -> Slice:
    return _newest(_before(statement, cursor).limit(limit + 1), limit)


def _newest(statement: Any, limit: int, asked: dict[str, Any] | None = None) -> Slice:
    found = cards(statement, asked)
    more = len(found) > limit
    posts = found[:limit][::-1]
    return Slice(posts, older=_key(posts[0]) if more else None)


def _in_stream(channel_id: Any) -> Any:
    return card_select().where(Post.channel_id == channel_id, Post.in_stream.is_(True), _shown())


_STREAM = _before(_in_stream(bindparam("channel_id")), None).limit(bindparam("limit"))


def stream(channel_id: int, *, before: str | None = None, limit: int = PAGE) -> Slice:
    """Return the newest posts of a channel's stream, or those before a cursor."""
    if before is None:
        return _newest(_STREAM, limit, {"channel_id": channel_id, "limit": limit + 1})
    return _backwards(_in_stream(channel_id), before, limit)


def stream_after(channel_id: int, after: str, *, limit: int = PAGE) -> Slice:
    """Return the posts that follow a cursor in a channel's stream."""
    found = cards(_after(_in_stream(channel_id), after).limit(limit + 1))
    more = len(found) > limit
    posts = found[:limit]
    return Slice(posts, newer=_key(posts[-1]) if more else None)


def stream_around(post: Post, *, limit: int = PAGE) -> Slice:
    """Return a channel's stream with ``post`` in the middle of it."""
    here = encode(post.created_at, post.id)
    half = limit // 2
    earlier = _backwards(_in_stream(post.channel_id), here, half)
    # The post itself is the first of what follows the moment just before it.
    just_before = encode(post.created_at, post.id - 1)
    later = stream_after(post.channel_id, just_before, limit=half)
    return Slice(earlier.posts + later.posts, older=earlier.older, newer=later.newer)


def thread(root_id: int, *, before: str | None = None, limit: int = PAGE) -> Slice:
    """Return the newest replies of a thread, or those before a cursor."""
    statement = card_select().where(Post.parent_id == root_id, _shown())
    return _backwards(statement, before, limit)


def thread_around(reply: Post, *, limit: int = PAGE) -> Slice:
    """Return the replies of a thread with one of them among them, up to the newest it can hold."""
    statement = card_select().where(Post.parent_id == reply.parent_id, _shown())
    here = encode(reply.created_at, reply.id)
    earlier = _backwards(statement, here, limit // 2)
    just_before = encode(reply.created_at, reply.id - 1)
    found = cards(_after(statement, just_before).limit(limit + 1))
    more = len(found) > limit
    posts = found[:limit]
    newer = _key(posts[-1]) if more else None
    return Slice(earlier.posts + posts, older=earlier.older, newer=newer)


def thread_after(root_id: int, after: str, *, limit: int = PAGE) -> Slice:
    """Return the replies that follow a cursor in a thread."""
    statement = card_select().where(Post.parent_id == root_id, _shown())
    found = cards(_after(statement, after).limit(limit + 1))
    more = len(found) > limit
    posts = found[:limit]
    return Slice(posts, newer=_key(posts[-1]) if more else None)


def pins(channel_id: int) -> list[Card]:
    """Return a channel's pinned posts, the newest pin first."""
    statement = card_select().where(
        Post.channel_id == channel_id, Post.pinned_at.is_not(None), *_IN_SIGHT
    )
    return cards(statement.order_by(Post.pinned_at.desc()))


def latest_for(viewer: Person, *, before: str | None = None, limit: int = 30) -> Slice:
    """Return the newest top posts of the channels that somebody is in, newest first."""
    mine = (
        select(Membership.channel_id)
        .join(Channel, Channel.id == Membership.channel_id)
        .where(Membership.person_id == viewer.id, Membership.notify != "none")
        .where(Channel.kind.not_in(UNLISTED_KINDS), Channel.archived_at.is_(None))
    )
    top = (Post.in_stream.is_(True), Post.parent_id.is_(None), *_IN_SIGHT)
    statement = _before(card_select().where(*top), before).limit(limit + 1)
    if is_sqlite():
        statement = statement.where(Post.channel_id.in_(mine))
    else:
        statement = statement.where(Post.id.in_(_newest_among(mine, top, before, limit + 1)))
    found = cards(statement)
    more = len(found) > limit
    posts = found[:limit]
    return Slice(posts, older=_key(posts[-1]) if more else None)


def _newest_among(mine: Any, top: Any, before: str | None, limit: int) -> Any:
    """Return the SELECT of the ids of the newest posts in some channels.

    Looked up channel by channel: first in which of them the newest stand, then these. Whoever is
    in quiet channels alone would else have every post of the organisation walked through.
    """
    places = mine.subquery()
    newest = _before(select(Post.created_at).where(Post.channel_id == places.c.channel_id, *top),
                     before).limit(1).lateral()  # fmt: skip
    heads = (
        select(places.c.channel_id)
        .join(newest, true())
        .order_by(newest.c.created_at.desc())
        .limit(limit)
        .subquery()
    )
    each = _before(select(Post.id).where(Post.channel_id == heads.c.channel_id, *top), before)
    rows = each.limit(limit).lateral()
    return select(rows.c.id).select_from(heads).join(rows, true())


def mentions_of(viewer: Person, *, unread: bool = True, limit: int = 5) -> list[Card]:
    """Return the newest posts that name somebody, newest first; only unread ones by default."""
    named = (
        select(Mention.post_id)
        .join(
            Membership,
            and_(Membership.channel_id == Mention.channel_id, Membership.person_id == viewer.id),
        )
        .where(or_(Mention.person_id == viewer.id, Mention.person_id.is_(None)))
        .where(Mention.author_id != viewer.id, not_blocked_by(Mention.author_id, viewer.id))
    )
    if unread:
        named = named.where(Mention.seq > Membership.read_seq)
    # The newest of what names somebody, and only these are looked up.
    named = named.join(Post, Post.id == Mention.post_id).where(*_IN_SIGHT)
    newest = named.order_by(Mention.id.desc()).limit(limit).subquery()
    statement = card_select().where(Post.id.in_(select(newest.c.post_id)))
    return cards(statement.order_by(Post.created_at.desc(), Post.id.desc()))


def posts_of(viewer: Person, author_id: int, *, limit: int = 5) -> list[Card]:
    """Return somebody's newest posts as far as the viewer may see them."""
    statement = (
        card_select()
        .where(Post.author_id == author_id, *_IN_SIGHT, visible(Post, viewer))
        .where(Channel.kind.not_in(UNLISTED_KINDS))
    )
    return cards(statement.order_by(Post.created_at.desc(), Post.id.desc()).limit(limit))
