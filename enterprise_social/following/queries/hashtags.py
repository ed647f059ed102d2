"""The hashtags that somebody follows, and how many follow one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.following.models import HashtagFollow
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post, PostHashtag

# Counted up to here: of a larger number nobody wants to know exactly.
MOST_COUNTED = 1000


@dataclass(frozen=True)
class TagCounts:
    """What stands beside a hashtag: posts that the viewer may read, and who follows it.

    ``followers`` is None for whoever can read nothing under it: that others follow a word would
    tell them of it.
    """

    posts: int
    followers: int | None
    is_followed: bool


def hashtags_of(person_id: int) -> Sequence[str]:
    """Return the hashtags that somebody follows, in order."""
    statement = select(HashtagFollow.tag).where(HashtagFollow.person_id == person_id)
    return db.session.scalars(statement.order_by(HashtagFollow.tag)).all()


def tag_counts(viewer: Person, tag: str) -> TagCounts:
    """Return the numbers beside a hashtag for one viewer."""
    read = (
        select(PostHashtag.post_id)
        .join(Post, Post.id == PostHashtag.post_id)
        .where(PostHashtag.tag == tag, PostHashtag.created_at.is_not(None))
        .where(visible(Post, viewer), Post.deleted_at.is_(None), Post.hidden_at.is_(None))
        # In the order of an index, so that no more is read than is counted.
        .order_by(PostHashtag.created_at.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    everyone = (
        select(func.count())
        .select_from(HashtagFollow)
        .join(Person, Person.id == HashtagFollow.person_id)
        .where(HashtagFollow.tag == tag, Person.deactivated_at.is_(None))
    )
    mine = HashtagFollow.tag == tag, HashtagFollow.person_id == viewer.id
    row = db.session.execute(
        select(
            select(func.count()).select_from(read).scalar_subquery().label("posts"),
            everyone.scalar_subquery().label("followers"),
            select(HashtagFollow.tag).where(*mine).exists().label("is_followed"),
        )
    ).one()
    return TagCounts(
        int(row.posts), int(row.followers) if row.posts else None, bool(row.is_followed)
    )
