"""Who is told of a post, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, exists, literal, select

from enterprise_social.channels.models import STORYLINE, Channel, Membership
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, table
from enterprise_social.following.models import PersonFollow
from enterprise_social.notifications.models import Following, Keyword, Mute
from enterprise_social.notifications.words import phrases
from enterprise_social.people.models import Person
from enterprise_social.people.policy.blocks import not_blocked_by
from enterprise_social.people.policy.guests import GUEST
from enterprise_social.posts.models import Mention, Post

CHUNK = 300


def _hearers(post: Post, of_person: int | None = None) -> list[ColumnElement[bool]]:
    """Return the conditions for members of the post's channel who want to hear of its author.

    Or of ``of_person``, who does something about the post.
    """
    of_person = of_person or post.author_id
    muted = exists().where(
        Mute.person_id == Membership.person_id,
        Mute.channel_id == post.channel_id,
        Mute.until > now(),
    )
    return [
        Membership.channel_id == post.channel_id,
        Membership.person_id != of_person,
        Membership.person_id == Person.id,
        Person.deactivated_at.is_(None),
        Person.is_bot.is_(False),
        not_blocked_by(literal(of_person), Membership.person_id),
        ~muted,
    ]


def posts_of(post_ids: Collection[int]) -> dict[int, Post]:
    """Return these posts as they are now, by their ids."""
    statement = select(Post).where(Post.id.in_(sorted(post_ids)))
    fresh = statement.execution_options(populate_existing=True)
    return {post.id: post for post in db.session.scalars(fresh)}


def channels_of(posts: Iterable[Post]) -> Sequence[Channel]:
    """Return the channels of posts, so that each needn't be read for every post of it."""
    ids = sorted({post.channel_id for post in posts})
    return db.session.scalars(select(Channel).where(Channel.id.in_(ids))).all()


def is_seen(post_id: int) -> bool:
    """Tell whether a post is neither taken away nor hidden now."""
    posts = table(Post).c
    seen = (posts.id == post_id, posts.deleted_at.is_(None), posts.hidden_at.is_(None))
    return db.session.execute(select(posts.id).where(*seen)).first() is not None


def mentioned(post: Post) -> dict[int, str]:
    """Return who is named in a post themselves."""
    if not post.mention_ids:
        return {}
    statement = select(Membership.person_id).where(
        *_hearers(post),
        exists().where(
            Mention.post_id == post.id,
            Mention.person_id == Membership.person_id,
            Mention.group_id.is_(None),
        ),
    )
    return dict.fromkeys(db.session.scalars(statement), "mentioned")


def called_by_group(post: Post) -> dict[int, str]:
    """Return who is called by one of their groups."""
    if not post.mention_group_ids:
        return {}
    statement = (
        select(Membership.person_id, Mention.group_id)
        .join(Mention, Mention.person_id == Membership.person_id)
        .where(*_hearers(post), Mention.post_id == post.id, Mention.group_id.is_not(None))
        .where(Membership.notify != "none")
    )
    return {row.person_id: f"group:{row.group_id}" for row in db.session.execute(statement)}


def called_by_channel(post: Post) -> dict[int, str]:
    """Return who is called by @channel: everyone in it who has not silenced it."""
    if not post.mentions_all:
        return {}
    statement = select(Membership.person_id).where(*_hearers(post), Membership.notify != "none")
    return dict.fromkeys(db.session.scalars(statement), "channel")


def spoken_to(post: Post) -> dict[int, str]:
    """Return the others of a direct conversation."""
    channel = db.session.get_one(Channel, post.channel_id)
    if channel.kind != "direct":
        return {}
    statement = select(Membership.person_id).where(*_hearers(post), Membership.notify != "none")
    return dict.fromkeys(db.session.scalars(statement), "direct")


def followers(post: Post) -> dict[int, str]:
    """Return who follows the thread of a reply."""
    if post.parent_id is None:
        return {}
    statement = (
        select(Membership.person_id, Following.reason)
        .join(Following, Following.person_id == Membership.person_id)
        .where(*_hearers(post), Following.root_id == post.parent_id, Following.follows)
    )
    return {row.person_id: f"thread:{row.reason}" for row in db.session.execute(statement)}


def following_author(post: Post) -> dict[int, str]:
    """Return who follows the author of what begins in a storyline, and reads storylines."""
    channel = db.session.get_one(Channel, post.channel_id)
    if channel.kind != STORYLINE or post.parent_id is not None:
        return {}
    muted = exists().where(
        Mute.person_id == PersonFollow.follower_id,
        Mute.channel_id == post.channel_id,
        Mute.until > now(),
    )
    statement = (
        select(PersonFollow.follower_id)
        .join(Person, Person.id == PersonFollow.follower_id)
        .where(PersonFollow.followed_id == post.author_id, Person.deactivated_at.is_(None))
        .where(Person.role != GUEST, Person.is_bot.is_(False), ~muted)
        .where(not_blocked_by(literal(post.author_id), PersonFollow.follower_id))
    )
    return dict.fromkeys(db.session.scalars(statement), "follows")


def reacted_to(post: Post, person_id: int) -> dict[int, str]:
    """Return the author of a post that somebody else reacted to, unless they hear nothing of it."""
    if post.author_id == person_id:
        return {}
    conditions = _hearers(post, of_person=person_id)
    statement = select(Membership.person_id).where(
        *conditions, Membership.person_id == post.author_id, Membership.notify != "none"
    )
    return dict.fromkeys(db.session.scalars(statement), "reaction")


def watched(texts: Iterable[str]) -> set[str]:
    """Return which words of some texts anybody watches: of most posts nobody watches any."""
    keyword = table(Keyword).c.keyword
    if db.session.execute(select(keyword).limit(1)).first() is None:
        return set()
    found: set[str] = set()
    for chunk in _chunks(sorted(set().union(*map(phrases, texts)))):
        found.update(db.session.scalars(select(keyword).distinct().where(keyword.in_(chunk))))
    return found


def watching_words(post: Post, words: Collection[str]) -> dict[int, str]:
    """Return who watches one of some ``words`` that stands in a post."""
    found: dict[int, str] = {}
    for chunk in _chunks(sorted(phrases(post.plain).intersection(words)) if words else []):
        statement = (
            select(Membership.person_id, Keyword.keyword)
            .join(Keyword, Keyword.person_id == Membership.person_id)
            .where(*_hearers(post), Keyword.keyword.in_(chunk), Membership.notify != "none")
        )
        for row in db.session.execute(statement):
            found.setdefault(row.person_id, f"keyword:{row.keyword}")
    return found


def _chunks(values: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
