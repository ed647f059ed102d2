"""The card: all that is shown on a post, in at most five queries for any number of posts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Select, bindparam, select

from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.core.text import initials, plain_excerpt
from enterprise_social.files.models import File
from enterprise_social.files.queries import COLUMNS as FILE_COLUMNS
from enterprise_social.files.queries import Attachment, attachment
from enterprise_social.people.models import Person, avatar_colour
from enterprise_social.people.policy.guests import GUEST
from enterprise_social.posts.models import Post, PostFile
from enterprise_social.reactions.counting import Chip, chips

EXCERPT = 140
NO_HTML = Markup("")


@dataclass(frozen=True, slots=True)
class Face:
    """A small avatar of somebody who replied."""

    av: int
    initials: str
    id: int
    photo: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What a post quotes, from the same channel."""

    id: int
    author_name: str
    excerpt: str
    channel_slug: str


@dataclass(slots=True)
class Card:
    """A post as a fragment shows it; nothing here depends on who looks."""

    id: int
    channel_id: int
    channel_slug: str
    channel_name: str
    channel_kind: str
    seq: int
    changed_seq: int
    parent_id: int | None
    in_stream: bool
    type: str
    author_id: int
    author_name: str
    author_username: str
    author_bot: bool
    author_photo: str
    author_version: int
    body: str
    html: Markup
    plain: str
    client_id: str | None
    created_at: datetime
    edited_at: datetime | None
    deleted: bool
    pinned: bool
    pinned_by_id: int | None
    quoted_post_id: int | None
    reply_count: int
    last_reply_at: datetime | None
    face_ids: list[int]
    mentions: list[int]
    mentions_all: bool
    file_count: int
    mention_groups: list[int]
    hidden: bool
    locked: bool
    author_guest: bool
    reaction_counts: list[list[Any]]
    quote: Quote | None = None
    root_excerpt: str | None = None
    pinned_by_name: str | None = None
    faces: list[Face] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    # Grows with what the card shows of other rows: a cached fragment must not outlive it.
    related: tuple[Any, ...] = ()

    @property
    def author_av(self) -> int:
        """The number of the author's avatar colour."""
        return avatar_colour(self.author_id)

    @property
    def author_initials(self) -> str:
        """The letters on the author's avatar."""
        return letters(self.author_name)

    @property
    def chips(self) -> list[Chip]:
        """How many reacted with what."""
        return chips(self.reaction_counts)

    @property
    def also_in_channel(self) -> bool:
        """Whether this is a reply that stands in the channel's stream as well."""
        return self.parent_id is not None and self.in_stream

    @property
    def version(self) -> tuple[Any, ...]:
        """What changes whenever anything shown on the card does."""
        where = (self.channel_slug, self.channel_name)
        reactions = tuple(tuple(each) for each in self.reaction_counts)
        return (self.id, self.changed_seq, self.author_version, *where, self.related, reactions)


letters = lru_cache(maxsize=4096)(initials)

_IS_GUEST = Person.role == GUEST
_COLUMNS: tuple[Any, ...] = (
    Post.id,
    Post.channel_id,
    Channel.slug,
    Channel.name,
    Channel.kind,
    Post.seq,
    Post.changed_seq,
    Post.parent_id,
    Post.in_stream,
    Post.type,
    Post.author_id,
    Person.name,
    Person.username,
    Person.is_bot,
    Person.photo,
    Person.version,
    Post.body,
    Post.html,
    Post.plain,
    Post.client_id,
    Post.created_at,
    Post.edited_at,
    Post.deleted_at,
    Post.pinned_at,
    Post.pinned_by_id,
    Post.quoted_post_id,
    Post.reply_count,
    Post.last_reply_at,
    Post.reply_faces,
    Post.mention_ids,
    Post.mentions_all,
    Post.file_count,
    Post.mention_group_ids,
    Post.hidden_at,
    Post.locked_at,
    _IS_GUEST,
    Post.reaction_counts,
)
_HTML, _BODY, _PLAIN, _CLIENT_ID, _DELETED, _PINNED = 17, 16, 18, 19, 22, 23
_MENTIONS, _HIDDEN, _LOCKED, _REACTIONS = 29, 33, 34, 36


_SELECT = (
    select(*_COLUMNS)
    .join(Channel, Channel.id == Post.channel_id)
    .join(Person, Person.id == Post.author_id)
)


# Every page runs these, and every post; building a statement costs more than running it.
_RELATED = (
    select(
        Post.id,
        Post.plain,
        (Post.deleted_at.is_not(None) | Post.hidden_at.is_not(None)).label("unseen"),
        Post.changed_seq,
        Person.name,
        Person.version,
    )
    .join(Person, Person.id == Post.author_id)
    .where(Post.id.in_(bindparam("ids", expanding=True)))
)
_BY_ID = _SELECT.where(Post.id.in_(bindparam("ids", expanding=True)))
_NAMES = select(Person.id, Person.name, Person.version, Person.photo).where(
    Person.id.in_(bindparam("ids", expanding=True))
)


def card_select() -> Any:
    """Return the select that ``cards`` reads; add conditions, order and limit to it."""
    return _SELECT


def cards(statement: Select[Any], asked: dict[str, Any] | None = None) -> list[Card]:
    """Run a ``card_select`` and complete its cards; the caller's conditions hold the rights."""
    return _complete([_card(row) for row in db.session.execute(statement, asked)])


def cards_by_id(ids: Iterable[int]) -> dict[int, Card]:
    """Return cards by post id, for channels whose rights the caller has checked."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {card.id: card for card in cards(_BY_ID, {"ids": wanted})}


def card_of(post: Post, channel: Channel, author: Person) -> Card:
    """Return the card of a post that was just written, without reading back what is at hand."""
    holders = {Post: post, Channel: channel, Person: author}
    is_guest = author.role == GUEST
    values = [
        is_guest if column is _IS_GUEST else getattr(holders[column.class_], column.key)
        for column in _COLUMNS
    ]
    return _complete([_card(values)])[0]


def _complete(found: list[Card]) -> list[Card]:
    if found:
        _add_related_posts(found)
        _add_people(found)
        _add_files(found)
    return found


def _card(row: Iterable[Any]) -> Card:
    values = list(row)
    for place in (_DELETED, _PINNED, _HIDDEN, _LOCKED):
        values[place] = values[place] is not None
    # What is hidden while it is reviewed leaves here as little as what is gone.
    unseen = values[_DELETED] or values[_HIDDEN]
    # Sanitised when it was written; see core.text.
    values[_HTML] = NO_HTML if unseen else Markup(values[_HTML])  # noqa: S704
    if unseen:
        values[_BODY] = values[_PLAIN] = ""
        values[_MENTIONS : _MENTIONS + 4] = [], False, 0, []
        values[_REACTIONS] = []
    return Card(*values)


def _add_related_posts(found: Sequence[Card]) -> None:
    wanted = {card.quoted_post_id for card in found if card.quoted_post_id}
    wanted |= {card.parent_id for card in found if card.parent_id and card.in_stream}
    if not wanted:
        return
    rows = db.session.execute(_RELATED, {"ids": sorted(wanted)})
    known: dict[int, Any] = {row.id: row for row in rows}
    for card in found:
        _add_quote(card, known)
        root = known.get(card.parent_id or 0) if card.also_in_channel else None
        if root is not None:
            card.root_excerpt = None if root.unseen else plain_excerpt(root.plain, EXCERPT)
            card.related += (root.changed_seq, not root.unseen)


def _add_quote(card: Card, known: dict[int, Any]) -> None:
    quoted = known.get(card.quoted_post_id) if card.quoted_post_id else None
    if quoted is None:
        return
    card.related += (quoted.changed_seq, quoted.version)
    if not quoted.unseen:
        excerpt = plain_excerpt(quoted.plain, EXCERPT)
        card.quote = Quote(quoted.id, quoted.name, excerpt, card.channel_slug)


def _add_people(found: Sequence[Card]) -> None:
    wanted = {face for card in found for face in card.face_ids}
    wanted |= {card.pinned_by_id for card in found if card.pinned_by_id}
    if not wanted:
        return
    rows = db.session.execute(_NAMES, {"ids": sorted(wanted)})
    names = {row.id: row for row in rows}
    for card in found:
        known = [names[face] for face in card.face_ids if face in names]
        card.faces = [
            Face(avatar_colour(person.id), letters(person.name), person.id, person.photo)
            for person in known
        ]
        card.related += tuple((person.id, person.version) for person in known)
        if card.pinned_by_id in names:
            pinner = names[card.pinned_by_id]
            card.pinned_by_name = pinner.name
            card.related += (pinner.id, pinner.version)


def _add_files(found: Sequence[Card]) -> None:
    cards_with_files = {card.id: card for card in found if card.file_count}
    if not cards_with_files:
        return
    rows = db.session.execute(
        select(PostFile.post_id, *FILE_COLUMNS)
        .join(File, File.id == PostFile.file_id)
        .where(PostFile.post_id.in_(cards_with_files), File.deleted_at.is_(None))
        .order_by(PostFile.post_id, PostFile.position)
    )
    for row in rows:
        card = cards_with_files[row.post_id]
        card.files.append(attachment(row))
        # Pictures and descriptions come later, and not always with a change of the post.
        card.related += ((row.id, row.state, row.alt),)
