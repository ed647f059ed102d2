"""What is new goes to those who follow its author or a hashtag of it and are connected here.

Each process asks the database for the followers among who is connected to it: nobody is put into a
room for each of those whom they follow, and what it costs grows with who is here.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask
from sqlalchemy import ColumnElement, literal, or_, select

from enterprise_social.channels.models import READ_BY_ALL, STORYLINE, Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.following.models import HashtagFollow, PersonFollow
from enterprise_social.people.models import Person
from enterprise_social.people.policy.blocks import not_blocked_by
from enterprise_social.people.policy.guests import GUEST
from enterprise_social.posts.models import Post, PostHashtag
from enterprise_social.realtime.registry import Registry
from enterprise_social.realtime.transport import SocketTransport

EVENT = "followed_post"
CHUNK = 500


class Followers:
    """The followers among who is connected to this process."""

    def __init__(self, app: Flask, transport: SocketTransport, registry: Registry) -> None:
        self._app = app
        self._transport = transport
        self._registry = registry
        transport.add_command("tell_followers", self.tell)

    def tell(self, post_id: int) -> None:
        """Tell those who are connected here that somebody or something they follow has news."""
        people = {client.person_id for client in self._registry.all()}
        if not people:
            return
        with self._app.app_context():
            post = db.session.get(Post, post_id)
            found = set() if post is None else followers_among(post, people)
            payload = {} if post is None else _facts(post)
            db.session.remove()
        for person_id in found:
            # Each process has its own people: nothing is sent on.
            self._transport.send(EVENT, payload, f"person:{person_id}")


def followers_among(post: Post, person_ids: Collection[int]) -> set[int]:
    """Return which of the people follow a post's author or hashtags, and may read it."""
    channel = db.session.get(Channel, post.channel_id)
    if channel is None or post.deleted or post.hidden:
        return set()
    follows: list[ColumnElement[bool]] = []
    tags = select(PostHashtag.tag).where(PostHashtag.post_id == post.id)
    by_tag = select(HashtagFollow.person_id).where(HashtagFollow.tag.in_(tags))
    follows.append(Person.id.in_(by_tag))
    if channel.kind == STORYLINE:
        by_author = select(PersonFollow.follower_id).where(
            PersonFollow.followed_id == post.author_id
        )
        follows.append(Person.id.in_(by_author))
    inside = select(Membership.person_id).where(Membership.channel_id == channel.id)
    reads: ColumnElement[bool] = Person.id.in_(inside)
    if channel.kind in READ_BY_ALL:
        reads = or_(reads, Person.role != GUEST)
    found: set[int] = set()
    wanted = sorted(set(person_ids) - {post.author_id})
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person.id).where(
            Person.id.in_(wanted[start : start + CHUNK]),
            or_(*follows),
            reads,
            not_blocked_by(literal(post.author_id), Person.id),
        )
        found.update(db.session.scalars(statement))
    return found


def _facts(post: Post) -> dict[str, int]:
    return {"post_id": post.id, "channel_id": post.channel_id, "author_id": post.author_id}
