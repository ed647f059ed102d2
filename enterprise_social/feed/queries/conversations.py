"""One's conversations, those with the newest post first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.queries import others_in
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.core.text import plain_excerpt
from enterprise_social.feed.queries.rail import direct_name, unread_posts
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post

EXCERPT = 140


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as its list shows it to one of its people."""

    channel: Channel
    membership: Membership
    name: str
    others: list[Person]
    unread: int
    at: datetime
    last_author_id: int | None
    last_author: str
    last_text: str

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"/messages/{self.channel.id}"

    @property
    def muted(self) -> bool:
        """Whether the viewer wants to hear nothing of it."""
        return self.membership.notify == "none"


def conversations(
    viewer: Person, *, text: str = "", cursor: str | None = None, limit: int = 30
) -> Page[Conversation]:
    """List the conversations that somebody is in, found by name or by who else is in them.

    What somebody else began and said nothing in yet is not listed. Raises Invalid for a cursor
    that is not of this list.
    """
    at = func.coalesce(Channel.last_post_at, Channel.created_at)
    statement = (
        select(Channel, Membership, Post, Person.name, at.label("at"))
        .join(
            Membership,
            and_(Membership.channel_id == Channel.id, Membership.person_id == viewer.id),
        )
        .outerjoin(Post, Post.id == _newest_post())
        .outerjoin(Person, Person.id == Post.author_id)
        .where(Channel.kind == "direct")
        .where(or_(Channel.last_post_at.is_not(None), Channel.created_by_id == viewer.id))
    )
    if text.strip():
        statement = statement.where(_found_by(viewer, text.strip()))
    if cursor:
        statement = statement.where(tuple_(at, Channel.id) < tuple_(*decode(cursor, datetime, int)))
    statement = statement.order_by(at.desc(), Channel.id.desc()).limit(limit + 1)
    rows = db.session.execute(statement).all()
    found = _shown(viewer, rows[:limit])
    more = len(rows) > limit
    return Page(found, encode(found[-1].at, found[-1].channel.id) if more else None)


def _newest_post() -> Any:
    return (
        select(Post.id)
        .where(Post.channel_id == Channel.id, Post.in_stream.is_(True), Post.deleted_at.is_(None))
        .order_by(Post.created_at.desc(), Post.id.desc())
        .limit(1)
        .correlate(Channel)
        .scalar_subquery()
    )


def _found_by(viewer: Person, text: str) -> Any:
    member, person = aliased(Membership), aliased(Person)
    # SQLite folds the case of ASCII letters only, so the usual spellings are asked for.
    forms = sorted({text, text.lower(), text.upper(), text.capitalize(), text.title()})
    others = (
        exists()
        .where(member.channel_id == Channel.id, member.person_id != viewer.id)
        .where(person.id == member.person_id)
        .where(
            or_(
                *(person.name.icontains(form, autoescape=True) for form in forms),
                person.username.startswith(text.lower().removeprefix("@"), autoescape=True),
            )
        )
        .correlate(Channel)
    )
    return or_(others, *(Channel.name.icontains(form, autoescape=True) for form in forms))


def _shown(viewer: Person, rows: Sequence[Any]) -> list[Conversation]:
    ids = [row[0].id for row in rows]
    others = others_in(ids, viewer.id)
    unread = unread_posts(viewer.id, ids)
    found = []
    for channel, membership, post, author, _at in rows:
        here = others.get(channel.id, [])
        found.append(
            Conversation(
                channel=channel,
                membership=membership,
                name=channel.name or direct_name(here),
                others=here,
                unread=unread.get(channel.id, 0),
                at=channel.last_post_at or channel.created_at,
                last_author_id=post.author_id if post else None,
                last_author=author or "",
                last_text=plain_excerpt(post.plain, EXCERPT) if post and not post.hidden else "",
            )
        )
    return found
