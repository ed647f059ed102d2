"""The rail: one's channels with what is unread and who named one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, or_, select

from enterprise_social.announcements.queries.lists import waiting_ids
from enterprise_social.channels.models import ENTERED_BY_WRITING, Channel, Membership
from enterprise_social.channels.queries import others_in
from enterprise_social.core.db import db
from enterprise_social.core.text import initials
from enterprise_social.people.models import Person, avatar_colour
from enterprise_social.people.policy.blocks import not_blocked_by
from enterprise_social.posts.models import Mention, Post

MOST_SHOWN = 60
MOST_DIRECTS = 15
MOST_MENTIONS = 100  # counted in one channel; more is as much


@dataclass(frozen=True, slots=True)
class RailItem:
    """One channel in the rail. ``mentions`` is a count; for direct ones of all unread posts."""

    channel_id: int
    slug: str
    name: str
    url: str
    kind: str
    unread: bool
    mentions: int
    muted: bool
    seq: int
    read_seq: int
    starred: bool = False
    av: int = 0
    initials: str = ""
    person_id: int = 0
    photo: str = ""
    last_post_at: datetime | None = None


@dataclass(slots=True)
class Rail:
    """One's channels in their groups; a channel stands in one of them."""

    starred: list[RailItem] = field(default_factory=list)
    unread: list[RailItem] = field(default_factory=list)
    channels: list[RailItem] = field(default_factory=list)
    directs: list[RailItem] = field(default_factory=list)
    more: int = 0
    more_directs: int = 0
    # Announcements that want an answer, or were not seen yet.
    announcements: Sequence[int] = ()

    @property
    def messages(self) -> int:
        """How many unread posts wait in conversations that are not muted."""
        return sum(item.mentions for item in self.directs if not item.muted)


def rail(viewer: Person, *, most: int | None = MOST_SHOWN) -> Rail:
    """Return the rail of ``viewer``: three queries, four where there are direct conversations.

    At most ``most`` of the quiet channels are in it, all of them with None. Conversations stand in
    the order of their last posts, the newest first: but with None the ``MOST_DIRECTS`` newest, and
    all that hold something unread.
    """
    rows = db.session.execute(_STATEMENT, {"me": viewer.id}).all()
    direct_ids = [row.id for row in rows if row.kind == "direct"]
    others = others_in(direct_ids, viewer.id)
    unread_directs = unread_posts(viewer.id, direct_ids)
    found = Rail(announcements=waiting_ids(viewer.id))
    for row in rows:
        if row.kind == "direct":
            found.directs.append(_direct(row, others.get(row.id, []), unread_directs))
            continue
        item = _item(row)
        if item.starred:
            found.starred.append(item)
        elif item.mentions or (item.unread and not item.muted):
            found.unread.append(item)
        else:
            found.channels.append(item)
    found.directs.sort(key=lambda item: item.last_post_at or _NEVER, reverse=True)
    if most is not None:
        listed = [item for at, item in enumerate(found.directs) if at < MOST_DIRECTS or item.unread]
        found.more_directs = len(found.directs) - len(listed)
        found.directs = listed
        found.more = max(0, len(found.channels) - most)
        del found.channels[most:]
    return found


def _statement() -> Any:
    me: Any = bindparam("me")
    some = (
        select(literal(1).label("one"))
        .select_from(Mention)
        .join(Post, Post.id == Mention.post_id)
        .where(
            Mention.channel_id == Channel.id,
            Mention.seq > Membership.read_seq,
            or_(Mention.person_id == me, Mention.person_id.is_(None)),
            Mention.author_id != me,
            not_blocked_by(Mention.author_id, me),
            Post.deleted_at.is_(None),
            Post.hidden_at.is_(None),
        )
        .correlate(Channel, Membership)
        .limit(MOST_MENTIONS)
        .subquery()
    )
    mentions = select(func.count()).select_from(some).scalar_subquery()
    return (
        select(
            Channel.id,
            Channel.slug,
            Channel.name,
            Channel.kind,
            Channel.seq,
            Channel.last_post_seq,
            Channel.last_post_at,
            Membership.read_seq,
            Membership.notify,
            Membership.starred,
            mentions.label("mentions"),
        )
        .join(Membership, and_(Membership.channel_id == Channel.id, Membership.person_id == me))
        .where(Channel.archived_at.is_(None), Channel.kind.not_in(ENTERED_BY_WRITING))
        .order_by(Channel.name, Channel.id)
    )


_NEVER = datetime.min.replace(tzinfo=UTC)
# Built once: every page asks for it.
_STATEMENT = _statement()


def _item(row: Any) -> RailItem:
    return RailItem(
        channel_id=row.id,
        slug=row.slug,
        name=row.name,
        url=f"/channels/{row.slug}",
        kind=row.kind,
        unread=row.last_post_seq > row.read_seq,
        mentions=row.mentions,
        muted=row.notify == "none",
        seq=row.seq,
        read_seq=row.read_seq,
        starred=row.starred,
    )


def _direct(row: Any, others: list[Person], unread: dict[int, int]) -> RailItem:
    first = others[0] if others else None
    return RailItem(
        channel_id=row.id,
        slug=row.slug,
        name=row.name or direct_name(others),
        url=f"/messages/{row.id}",
        kind="direct",
        unread=unread.get(row.id, 0) > 0,
        mentions=unread.get(row.id, 0),
        muted=row.notify == "none",
        seq=row.seq,
        read_seq=row.read_seq,
        starred=row.starred,
        av=avatar_colour(first.id) if first else 1,
        initials=initials(first.name) if first else "",
        person_id=first.id if first and len(others) == 1 else 0,
        photo=first.photo if first and len(others) == 1 else "",
        last_post_at=row.last_post_at,
    )


def direct_name(others: Sequence[Person]) -> str:
    """Name a direct conversation after the others in it."""
    return ", ".join(person.name for person in others)


def unread_posts(person_id: int, channel_ids: Sequence[int]) -> dict[int, int]:
    """Return how many posts of others somebody has not read in each of the given channels."""
    if not channel_ids:
        return {}
    rows = db.session.execute(
        select(Post.channel_id, func.count())
        .join(
            Membership,
            and_(Membership.channel_id == Post.channel_id, Membership.person_id == person_id),
        )
        .join(Channel, Channel.id == Post.channel_id)
        .where(Post.channel_id.in_(channel_ids), Channel.last_post_seq > Membership.read_seq)
        .where(Post.seq > Membership.read_seq, Post.deleted_at.is_(None))
        .where(Post.author_id != person_id, Post.in_stream.is_(True))
        .group_by(Post.channel_id)
    )
    return {row[0]: row[1] for row in rows}
