"""What is new from those whom somebody follows, and what stands under a hashtag.

However much there is, little of it is read: of each followed storyline and hashtag the moment of
the newest, and of the last that could still be on the page, is looked up first, along an index.
These say since when, and from which of them, what is on the page was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.orm import aliased

from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import decode, encode
from enterprise_social.feed.queries.cards import Card, card_select, cards, cards_by_id
from enterprise_social.feed.queries.streams import Slice
from enterprise_social.following.models import HashtagFollow, PersonFollow, Storyline
from enterprise_social.people.models import Person
from enterprise_social.people.policy.blocks import not_blocked_by
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.posts.models import Post, PostHashtag

PAGE = 30
_EVER = datetime(1, 1, 2, tzinfo=UTC)
MOST_TAGS_OF_ONE = 8
_Place = tuple[datetime, int]


@dataclass(frozen=True)
class Followed:
    """A post that somebody is shown as they follow somebody or something, and why."""

    card: Card
    # Whether they follow its author, in whose storyline it stands.
    by_author: bool = False
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FollowedPage:
    """What is new, the newest first; ``older`` is a cursor, or None at the end."""

    items: list[Followed]
    older: str | None = None


def followed_posts(viewer: Person, *, before: str | None = None, limit: int = PAGE) -> FollowedPage:
    """Return what is new in followed storylines and under followed hashtags, the newest first.

    Never what the viewer wrote, or what somebody wrote whom they block. Raises Invalid for a
    foreign cursor.
    """
    place = decode(before, datetime, int) if before else None
    whys: dict[_Place, Followed] = {}
    by_author = set() if is_guest(viewer) else _in_storylines(viewer, place, limit + 1)
    by_tag = _under_hashtags(viewer, place, limit + 1)
    places = sorted(by_author | by_tag.keys(), reverse=True)
    shown = cards_by_id(post_id for _at, post_id in places[:limit])
    for each in places[:limit]:
        card = shown.get(each[1])
        if card is not None:
            whys[each] = Followed(card, each in by_author, sorted(by_tag.get(each, ())))
    more = encode(*places[limit - 1]) if len(places) > limit else None
    return FollowedPage(list(whys.values()), more)


def _in_storylines(viewer: Person, place: _Place | None, number: int) -> set[_Place]:
    last = aliased(Post)
    newest_first = (
        select(last.created_at)
        .where(last.channel_id == Storyline.channel_id, last.in_stream.is_(True))
        .where(last.parent_id.is_(None), *_before(last.created_at, last.id, place), *_shown(last))
        .order_by(last.created_at.desc(), last.id.desc())
        .correlate(Storyline)
    )
    ends = select(Storyline.channel_id, *_first_and_last(newest_first, number)).join(
        PersonFollow, PersonFollow.followed_id == Storyline.person_id
    )
    allowed = not_blocked_by(Storyline.person_id, viewer.id)
    rows = db.session.execute(ends.where(PersonFollow.follower_id == viewer.id, allowed)).all()
    floor, channel_ids = _reach(rows, number)
    if not channel_ids:
        return set()
    statement = (
        select(Post.created_at, Post.id)
        .where(Post.channel_id.in_(channel_ids), Post.in_stream.is_(True))
        .where(Post.created_at >= floor, *_before(Post.created_at, Post.id, place))
        .where(Post.parent_id.is_(None), *_shown(Post))
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(number)
    )
    return {(row.created_at, row.id) for row in db.session.execute(statement)}


def _under_hashtags(viewer: Person, place: _Place | None, number: int) -> dict[_Place, set[str]]:
    readable = (visible(Post, viewer), *_shown(Post), Post.author_id != viewer.id,
                not_blocked_by(Post.author_id, viewer.id))  # fmt: skip
    last = aliased(PostHashtag)
    newest_first = (
        select(last.created_at)
        .join(Post, Post.id == last.post_id)
        .where(last.tag == HashtagFollow.tag, *readable)
        .where(*_before(last.created_at, last.post_id, place))
        .order_by(last.created_at.desc(), last.post_id.desc())
        .correlate(HashtagFollow)
    )
    ends = select(HashtagFollow.tag, *_first_and_last(newest_first, number))
    rows = db.session.execute(ends.where(HashtagFollow.person_id == viewer.id)).all()
    floor, tags = _reach(rows, number)
    if not tags:
        return {}
    # Asked row by row: joined, PostgreSQL might read all posts for the few that are left.
    may_read = select(literal(1)).where(Post.id == PostHashtag.post_id, *readable)
    statement = (
        select(PostHashtag.created_at, PostHashtag.post_id, PostHashtag.tag)
        .where(PostHashtag.tag.in_(tags), PostHashtag.created_at >= floor)
        .where(*_before(PostHashtag.created_at, PostHashtag.post_id, place))
        .where(may_read.correlate(PostHashtag).scalar_subquery() == 1)
        .order_by(PostHashtag.created_at.desc(), PostHashtag.post_id.desc())
        # A post can stand under several of them.
        .limit(number * MOST_TAGS_OF_ONE)
    )
    found: dict[_Place, set[str]] = {}
    for row in db.session.execute(statement):
        found.setdefault((row.created_at, row.post_id), set()).add(row.tag)
    return found


def _first_and_last(newest_first: Any, number: int) -> tuple[Any, Any]:
    """Return the moments of a source's newest post, and of the last that one page can show."""
    newest = newest_first.limit(1).scalar_subquery()
    floor = newest_first.offset(number - 1).limit(1).scalar_subquery()
    return newest.label("newest"), floor.label("floor")


def _reach(rows: Sequence[Any], number: int) -> tuple[datetime, list[Any]]:
    """Return since when what is on a page was written, and the sources that it can come from.

    A source that fills the page alone says so, and so do as many sources as the page has places,
    by the newest of each: whatever is older than either is not on it.
    """
    newest = sorted({row.newest for row in rows if row.newest is not None}, reverse=True)
    floors = [row.floor for row in rows if row.floor is not None]
    if len(newest) >= number:
        floors.append(newest[number - 1])
    floor = max(floors, default=_EVER)
    return floor, [row[0] for row in rows if row.newest is not None and row.newest >= floor]


def tagged(viewer: Person, tag: str, *, before: str | None = None, limit: int = PAGE) -> Slice:
    """Return what the viewer may read under a hashtag, the newest first.

    Raises Invalid for a foreign cursor.
    """
    place = decode(before, datetime, int) if before else None
    statement = (
        card_select()
        .join(PostHashtag, PostHashtag.post_id == Post.id)
        .where(PostHashtag.tag == tag, visible(Post, viewer), *_shown(Post))
        .where(*_before(PostHashtag.created_at, PostHashtag.post_id, place))
        .where(PostHashtag.created_at.is_not(None))
        .order_by(PostHashtag.created_at.desc(), PostHashtag.post_id.desc())
    )
    found = cards(statement.limit(limit + 1))
    last = found[limit - 1] if len(found) > limit else None
    return Slice(found[:limit], older=encode(last.created_at, last.id) if last else None)


def _shown(post: Any) -> tuple[ColumnElement[bool], ...]:
    return (post.deleted_at.is_(None), post.hidden_at.is_(None))


def _before(at: Any, identity: Any, place: _Place | None) -> list[ColumnElement[bool]]:
    return [] if place is None else [tuple_(at, identity) < tuple_(*place)]
