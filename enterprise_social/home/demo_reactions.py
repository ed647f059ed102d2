"""Reactions of the demo: most are to what was said for a while, some are news to somebody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select

from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.reactions.actions import react
from enterprise_social.reactions.counting import raised
from enterprise_social.reactions.models import Reaction

MOST_EACH = 6
# What is said, and what people answer it with.
ANSWERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\bthank|\bthanks\b", ("heart", "pray")),
    (r"\breleased\b|\bdone\b|\bfixed\b|\bready\b", ("tada", "white_check_mark", "clap")),
    (r"\bwelcome\b|\bcongrat", ("tada", "heart", "wave::skin-tone-3")),
    (r"\bcake\b|\blunch\b|\bcoffee\b", ("coffee", "joy", "heart")),
    (r"\bdelay|\blate\b|\bstopped\b", ("eyes", "cry")),
    (r"\?$", ("eyes", "thinking")),
)
# To every so manieth post that none of these words is in.
OTHERS, USUAL = 5, ("thumbsup", "thumbsup::skin-tone-4", "heart")


def write_reactions(people: Mapping[str, Person]) -> None:
    """Let the people of the demo react, the same each time it is loaded."""
    members: dict[int, list[int]] = {}
    rows = select(Membership.channel_id, Membership.person_id).order_by(
        Membership.channel_id, Membership.person_id
    )
    for channel_id, person_id in db.session.execute(rows):
        members.setdefault(channel_id, []).append(person_id)
    for number, post in enumerate(db.session.scalars(select(Post).order_by(Post.id)).all()):
        emoji = _answers(post, number)
        if emoji:
            _write(post, members[post.channel_id], emoji, number)
    db.session.flush()
    _react_to_newest(people["magdalena.sikora"], members)


def _answers(post: Post, number: int) -> Sequence[str]:
    for pattern, emoji in ANSWERS:
        if re.search(pattern, post.plain.strip(), re.IGNORECASE):
            return emoji
    return USUAL[: 1 + number % 3] if number % OTHERS == 0 else ()


def _write(post: Post, people: Sequence[int], emoji: Sequence[str], number: int) -> None:
    others = [each for each in people if each != post.author_id]
    at = min(post.created_at + timedelta(minutes=7), now())
    for place, name in enumerate(emoji):
        count = min(len(others), 1 + (number * 3 + place * 2) % MOST_EACH)
        for turn in range(count):
            person_id = others[(number + place + turn) % len(others)]
            db.session.add(
                Reaction(post_id=post.id, person_id=person_id, emoji=name, created_at=at)
            )
            post.reaction_counts = raised(post.reaction_counts, name)


def _react_to_newest(author: Person, members: Mapping[int, Sequence[int]]) -> None:
    """Let two colleagues react to somebody's newest post now, which they are told of."""
    public = select(Channel.id).where(Channel.kind == "public", Channel.archived_at.is_(None))
    newest = (
        select(func.max(Post.id))
        .where(Post.author_id == author.id, Post.channel_id.in_(public))
        .scalar_subquery()
    )
    post = db.session.scalar(select(Post).where(Post.id == newest))
    if post is None:
        return
    others = [each for each in members[post.channel_id] if each != author.id]
    for person_id in others[:2]:
        react(db.session.get_one(Person, person_id), post, "tada")
