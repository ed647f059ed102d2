"""Hashtags that are on the rise, and those that stand beside one.

**The formula.** For a hashtag, ``now`` is how many people wrote it in the last seven days, and
``before`` how many did in a week on average over the four weeks before those. It rises by
``(now - before) / sqrt(before + 1)``: what few used and many use now comes before what many use
all the time. It takes two people, and what doesn't rise isn't listed. Only what everybody in the
organisation can read is counted, the same for everyone: private channels, conversations and
comments never are, nor what was deleted or is hidden, nor what programs write.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from sqlalchemy import and_, case, distinct, func, select

from enterprise_social.channels.models import READ_BY_ALL, Channel
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.ephemeral import ephemeral
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.posts.models import Post, PostHashtag

WEEK = timedelta(days=7)
WEEKS_BEFORE = 4
LEAST_PEOPLE = 2
MOST_USES = 50_000  # the newest of these weeks; of more, the older ones aren't counted
MOST_LISTED = 50
NEWEST_BESIDE = 500
# The same for everyone, and no news by the second: counted once a minute at most.
KEPT, KEPT_SECONDS = "rising-hashtags", 60


@dataclass(frozen=True)
class Rising:
    """A hashtag with how many people wrote it this week, and in an average week before."""

    tag: str
    people: int
    before: float

    @property
    def score(self) -> float:
        """How much it rises."""
        return (self.people - self.before) / sqrt(self.before + 1)


def rising(viewer: Person, *, limit: int = 20) -> Sequence[Rising]:
    """Return the hashtags that rise, the steepest first; guests read nothing of everyone's."""
    if is_guest(viewer):
        return []
    kept = ephemeral().get(KEPT)
    if kept is None:
        kept = [[each.tag, each.people, each.before] for each in _counted()]
        ephemeral().put(KEPT, kept, KEPT_SECONDS)
    return [Rising(*each) for each in kept[:limit]]


def _counted() -> list[Rising]:
    moment = now()
    # Taken by themselves, along their index: what was written long ago is never looked at.
    uses = (
        select(PostHashtag.post_id, PostHashtag.tag, PostHashtag.created_at)
        .where(PostHashtag.created_at >= moment - (WEEKS_BEFORE + 1) * WEEK)
        .order_by(PostHashtag.created_at.desc())
        .limit(MOST_USES)
        .subquery()
    )
    weeks = [
        _people_in(uses.c.created_at, moment - (number + 1) * WEEK, moment - number * WEEK)
        for number in range(WEEKS_BEFORE + 1)
    ]
    statement = (
        select(uses.c.tag, *(each.label(f"week{n}") for n, each in enumerate(weeks)))
        .join(Post, Post.id == uses.c.post_id)
        .join(Channel, Channel.id == Post.channel_id)
        .join(Person, Person.id == Post.author_id)
        # Not by the index of kinds: SQLite would begin with all open channels and read all posts.
        .where(func.coalesce(Channel.kind, "").in_(READ_BY_ALL), Person.is_bot.is_(False))
        .where(Post.deleted_at.is_(None), Post.hidden_at.is_(None))
        .group_by(uses.c.tag)
        .having(weeks[0] >= LEAST_PEOPLE)
    )
    found = [
        Rising(tag, int(people), sum(map(int, earlier)) / WEEKS_BEFORE)
        for tag, people, *earlier in db.session.execute(statement)
    ]
    found = [each for each in found if each.score > 0]
    return sorted(found, key=lambda each: (-each.score, -each.people, each.tag))[:MOST_LISTED]


def _people_in(at: Any, begin: datetime, end: datetime) -> Any:
    """Return how many different people wrote between two moments."""
    return func.count(distinct(case((and_(at >= begin, at < end), Post.author_id))))


def beside(viewer: Person, tag: str, *, limit: int = 8) -> Sequence[str]:
    """Return the hashtags that stand most often beside one in what the viewer may read."""
    newest = (
        select(PostHashtag.post_id)
        .join(Post, Post.id == PostHashtag.post_id)
        .where(PostHashtag.tag == tag, PostHashtag.created_at.is_not(None))
        .where(visible(Post, viewer), Post.deleted_at.is_(None), Post.hidden_at.is_(None))
        .order_by(PostHashtag.created_at.desc(), PostHashtag.post_id.desc())
        .limit(NEWEST_BESIDE)
        .subquery()
    )
    statement = (
        select(PostHashtag.tag)
        .join(newest, newest.c.post_id == PostHashtag.post_id)
        .where(PostHashtag.tag != tag)
        .group_by(PostHashtag.tag)
        .order_by(func.count().desc(), PostHashtag.tag)
    )
    return db.session.scalars(statement.limit(limit)).all()
