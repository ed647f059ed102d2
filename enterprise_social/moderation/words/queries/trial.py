"""What a rule would have matched in the last month, looked at piece by piece.

A rule is tried on what whoever tries it may read, the newest first, for a bounded time. Of the rest
they are told how much it is, and nothing of what it says: whoever is told whether a message matches
an expression reads it letter by letter.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.moderation.words.models import WordRule
from enterprise_social.moderation.words.patterns import Pattern, Reading, replaced
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post

MONTH = timedelta(days=30)
BATCH = 500
MOST_ROWS = 20_000  # of one piece
SECONDS = 1.5
MOST_SHOWN = 20
AROUND = 60  # characters beside what matched


@dataclass(frozen=True)
class Match:
    """A post that a rule would have matched: the text around it, and what would stand there."""

    post_id: int
    author: Person
    channel: Channel
    at: Any
    before: str
    matched: str
    after: str


@dataclass
class Trial:
    """What one piece found. ``more`` is where the next one goes on, None at the month's end.

    ``unreadable`` is how many posts it was not tried on, whatever they say.
    """

    looked: int = 0
    matched: int = 0
    unreadable: int = 0
    shown: list[Match] = field(default_factory=list)
    more: int | None = None


@dataclass(frozen=True)
class Tried:
    """What a rule makes of a text that somebody typed to try it."""

    matches: bool
    text: str


def try_text(rule: WordRule, text: str) -> Tried:
    """Try a rule on a text."""
    reading, pattern = Reading(text), _pattern(rule)
    if rule.effect != "replace":
        return Tried(pattern.matches(reading), text)
    spans = pattern.spans(reading)
    return Tried(bool(spans), replaced(text, spans, rule.replacement))


def try_month(
    viewer: Person, rule: WordRule, *, before: int | None = None, seconds: float = SECONDS
) -> Trial:
    """Try a rule on the posts of the last month below an id, for so many seconds at most."""
    found, pattern = Trial(), _pattern(rule)
    deadline, since = time.monotonic() + seconds, now() - MONTH
    last = before
    while True:
        rows = _next(viewer, rule, last, since)
        readable = [row for row in rows if row.readable]
        _take(pattern, [row for row in readable if _matches(pattern, row)], found)
        found.looked += len(readable)
        found.unreadable += len(rows) - len(readable)
        if len(rows) < BATCH:
            return found
        last = rows[-1].id
        if found.looked + found.unreadable >= MOST_ROWS or time.monotonic() > deadline:
            found.more = last
            return found


def _pattern(rule: WordRule) -> Pattern:
    return Pattern(rule.kind, rule.pattern, accents=rule.accents)


def _matches(pattern: Pattern, row: Any) -> bool:
    return any(pattern.matches(Reading(text)) for text in dict.fromkeys((row.body, row.plain)))


def _next(viewer: Person, rule: WordRule, last: int | None, since: Any) -> Sequence[Any]:
    readable = and_(visible(Post, viewer), Post.hidden_at.is_(None)).label("readable")
    statement = select(Post.id, Post.body, Post.plain, readable).where(
        Post.created_at > since, Post.deleted_at.is_(None)
    )
    if rule.channel_id is not None:
        statement = statement.where(Post.channel_id == rule.channel_id)
    else:
        kinds = []
        if "messages" in rule.places:
            kinds.append(Channel.kind == "direct")
        if "posts" in rule.places:
            kinds.append(Channel.kind != "direct")
        statement = statement.join(Channel, Channel.id == Post.channel_id).where(
            or_(*kinds) if kinds else Channel.id < 0
        )
    if last is not None:
        statement = statement.where(Post.id < last)
    return db.session.execute(statement.order_by(Post.id.desc()).limit(BATCH)).all()


def _take(pattern: Pattern, matching: Sequence[Any], found: Trial) -> None:
    found.matched += len(matching)
    wanted = matching[: MOST_SHOWN - len(found.shown)]
    if not wanted:
        return
    statement = (
        select(Post, Person, Channel)
        .join(Person, Person.id == Post.author_id)
        .join(Channel, Channel.id == Post.channel_id)
        .where(Post.id.in_([row.id for row in wanted]))
        .order_by(Post.id.desc())
    )
    for post, author, channel in db.session.execute(statement):
        found.shown.append(_shown(pattern, post, author, channel))


def _shown(pattern: Pattern, post: Post, author: Person, channel: Channel) -> Match:
    for text in (post.plain, post.body):
        spans = pattern.spans(Reading(text))
        if spans:
            first, last = spans[0]
            before, after = text[max(0, first - AROUND) : first], text[last : last + AROUND]
            return Match(post.id, author, channel, post.created_at, before, text[first:last], after)
    return Match(post.id, author, channel, post.created_at, post.plain[: 2 * AROUND], "", "")
