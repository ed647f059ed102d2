"""Searching on somebody's behalf."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.language import zone_of
from enterprise_social.core.text import slugify
from enterprise_social.feed.queries.cards import Card, card_select, cards
from enterprise_social.messages.queries import conversation_of
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_ids, by_usernames, suggest
from enterprise_social.people.queries.fields import hidden_names
from enterprise_social.posts.models import Post
from enterprise_social.posts.policy import ANCHOR
from enterprise_social.search.announced import asks_for, without
from enterprise_social.search.documents import file_texts
from enterprise_social.search.engine import Hits, IndexUnavailable, Request, Sort
from enterprise_social.search.engines import engine
from enterprise_social.search.keeping import look_again
from enterprise_social.search.parsing import parse
from enterprise_social.search.query import From, In, Mentions, Query
from enterprise_social.search.snippets import Piece, snippet


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as a page shows it: the post's card, and the part that was found."""

    card: Card
    snippet: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Facet:
    """A choice that narrows the answer: `term` is what it adds to the query."""

    kind: str
    term: str
    label: str
    count: int


@dataclass(frozen=True)
class Answer:
    """What a search found for its viewer.

    `partial_at` is the position on this page from which posts hold only most of the words, None
    where they all hold all. `unavailable` says why there is no answer at the moment.
    """

    query: Query
    found: Sequence[Found] = ()
    total: int = 0
    facets: Mapping[str, Sequence[Facet]] = field(default_factory=dict)
    corrected: str | None = None
    partial_at: int | None = None
    next_cursor: str | None = None
    complete: bool = True
    seconds: float = 0.0
    unavailable: str = ""


def readable_channel_ids(viewer: Person) -> frozenset[int]:
    """The ids of every channel whose posts the viewer may read."""
    return frozenset(
        db.session.execute(select(Channel.id).where(visible(Channel, viewer))).scalars()
    )


def search(
    viewer: Person,
    source: str,
    *,
    sort: Sort = "relevance",
    cursor: str | None = None,
    limit: int = 20,
) -> Answer:
    """Search posts for `viewer`, in the query language of `docs/search.md`.

    Only what they may read is found, counted, corrected to or offered as a facet. The index is
    asked for the ids; rights are checked again when the posts are read. Raises `BadCursor`.
    """
    began = time.perf_counter()
    query = _resolved(viewer, parse(source, now=now(), zone=zone_of(viewer.time_zone)))
    posts = without(query)
    if query.empty or asks_for(query) or posts.empty:
        # Announcements are no posts: `announced` finds them.
        return Answer(query, seconds=time.perf_counter() - began)
    request = Request(posts, readable_channel_ids(viewer), sort, limit, cursor, now=now())
    try:
        hits = engine().search(request)
    except IndexUnavailable as error:
        look_again()
        return Answer(query, unavailable=str(error))
    found = _load(viewer, hits)
    return Answer(
        query=query,
        found=found,
        total=max(0, hits.total - (len(hits.hits) - len(found))),
        facets=_facets(hits),
        corrected=hits.corrected,
        partial_at=_place(hits, found),
        next_cursor=hits.next_cursor,
        complete=hits.complete,
        seconds=time.perf_counter() - began,
    )


def _resolved(viewer: Person, query: Query) -> Query:
    leaves = list(query.leaves())
    usernames = {leaf.username for leaf in leaves if isinstance(leaf, From | Mentions)}
    slugs = {leaf.slug for leaf in leaves if isinstance(leaf, In)}
    with_whom = {slug.removeprefix("@") for slug in slugs if slug.startswith("@")}
    people: dict[str, int | None] = {"me": viewer.id}
    if named := usernames - {"me", "channel"}:
        people.update((name, person.id) for name, person in by_usernames(named, viewer).items())
    channels: dict[str, int | None] = {}
    if slugs:
        rows = db.session.execute(
            select(Channel.slug, Channel.id).where(
                Channel.slug.in_(slugs), visible(Channel, viewer)
            )
        )
        channels = {row.slug: row.id for row in rows}
    for username, person in by_usernames(with_whom, viewer).items() if with_whom else ():
        conversation = conversation_of([viewer.id, person.id])
        channels[f"@{username}"] = conversation.id if conversation else None
    return query.resolve(people, channels)


def _load(viewer: Person, hits: Hits) -> list[Found]:
    ids = [hit.post_id for hit in hits.hits]
    if not ids:
        return []
    statement = card_select().where(
        Post.id.in_(ids),
        Post.deleted_at.is_(None),
        Post.hidden_at.is_(None),
        # It stands for what is commented on, which is found by itself.
        Post.type != ANCHOR,
        visible(Post, viewer),
    )
    by_id = {card.id: card for card in cards(statement)}
    of_files = file_texts([card.id for card in by_id.values() if card.files])
    return [
        Found(by_id[i], _snippet(by_id[i].plain, of_files.get(i, ()), hits.words))
        for i in ids
        if i in by_id
    ]


def _snippet(plain: str, files: Sequence[str], wanted: Sequence[str]) -> Sequence[Piece]:
    """The part of a post that was found, or of its files where that is where the words stand."""
    own = snippet(plain, wanted)
    if any(piece.marked for piece in own):
        return own
    for text in files:
        found = snippet(text, wanted)
        if any(piece.marked for piece in found):
            return found
    if not plain and files:
        return snippet(files[0].partition("\n")[0], wanted)
    return own


def _place(hits: Hits, found: Sequence[Found]) -> int | None:
    """Where on the page the posts with most of the words begin, after the rights were checked."""
    if hits.partial_from is None or hits.partial_from >= hits.position + len(hits.hits):
        return None
    full = {hit.post_id for hit in hits.hits[: max(0, hits.partial_from - hits.position)]}
    return sum(1 for one in found if one.card.id in full)


def _facets(hits: Hits) -> dict[str, list[Facet]]:
    channels: Mapping[Any, int] = hits.facets.get("channel", {})
    authors: Mapping[Any, int] = hits.facets.get("author", {})
    names: dict[int, Any] = {}
    if channels:
        rows = db.session.execute(
            select(Channel.id, Channel.slug, Channel.name, Channel.kind).where(
                Channel.id.in_(list(channels))
            )
        )
        names = {row.id: row for row in rows if row.kind not in UNLISTED_KINDS}
    people = by_ids(authors) if authors else {}
    return {
        "channel": [
            Facet("channel", f"in:{names[i].slug}", names[i].name, count)
            for i, count in channels.items()
            if i in names
        ],
        "author": [
            Facet("author", f"from:{people[i].username}", people[i].name, count)
            for i, count in authors.items()
            if i in people
        ],
        "with": [
            Facet(kind, f"{kind}:{name}", name, count)
            for kind in ("has", "is")
            for name, count in hits.facets.get(kind, {}).items()
        ],
    }


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or a person to jump to."""

    kind: str
    label: str
    url: str
    detail: str = ""
    av: int = 0
    initials: str = ""
    person_id: int = 0
    photo: str = ""


def places(viewer: Person, text: str, limit: int = 8) -> list[Place]:
    """Channels and people to suggest while somebody types, of those that the viewer may see.

    Archived channels, conversations and people who left are not suggested.
    """
    wanted = text.strip()[:100]
    sign, name = wanted[:1], wanted.lstrip("#@")
    found: list[Place] = []
    if sign != "@":
        found += _channels(viewer, name, limit)
    if sign != "#":
        people = suggest(viewer, name, limit)
        titled = bool(people) and "title" not in hidden_names()
        found += [_person(viewer, person, titled) for person in people]
    return found[: limit * 2]


def _person(viewer: Person, person: Person, titled: bool) -> Place:
    """A person, whose conversation with the viewer is opened; one's own profile for oneself."""
    is_self = person.id == viewer.id
    url = f"/people/{person.username}" if is_self else f"/messages/new?with={person.id}"
    face = (person.av, person.initials, person.id, person.photo)
    return Place("person", person.name, url, person.title if titled else "", *face)


def _channels(viewer: Person, name: str, limit: int) -> list[Place]:
    """Channels whose name holds the text: mine first, then those whose name begins with it."""
    mine = Membership.person_id == viewer.id
    spellings = (name, name.lower(), name.capitalize(), slugify(name)) if name.strip() else ()
    forms = {form for form in spellings if form}
    named = [Channel.name.contains(form, autoescape=True) for form in forms]
    named += [Channel.slug.contains(form, autoescape=True) for form in forms]
    begins = or_(*(Channel.slug.startswith(f, autoescape=True) for f in forms or {""}))
    statement = (
        select(Channel)
        .outerjoin(Membership, (Membership.channel_id == Channel.id) & mine)
        .where(visible(Channel, viewer), Channel.archived_at.is_(None))
        .where(Channel.name > "", Channel.kind.not_in(UNLISTED_KINDS))
        .order_by(Membership.person_id.is_(None), begins.desc(), Channel.name, Channel.id)
        .limit(limit)
    )
    if named:
        statement = statement.where(or_(*named))
    rows = db.session.execute(statement).scalars()
    return [Place(row.kind, row.name, f"/channels/{row.slug}", row.topic) for row in rows]


__all__ = ["Answer", "Facet", "Found", "Place", "places", "readable_channel_ids", "search"]
