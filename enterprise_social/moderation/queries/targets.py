"""What a report is about: whose it is, what it says, and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select

from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.files.models import File
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post, PostFile

AROUND = 2  # posts before and after a reported one
NEWEST = 8  # posts of a reported conversation


@dataclass(frozen=True)
class Target:
    """The thing that a case is about, as a case keeps it."""

    kind: str
    id: int
    author_id: int | None
    channel_id: int | None = None
    post_id: int | None = None
    said: str = ""
    context_ids: Sequence[int] = field(default_factory=tuple)


def target_of(kind: str, identity: int, reporter_id: int | None = None) -> Target:
    """Return what is known of a thing. Raises NotFound where there is none."""
    return {
        "post": _post,
        "file": _file,
        "person": _person,
        "conversation": _conversation,
    }[kind](identity, reporter_id)


def _post(identity: int, _reporter_id: int | None) -> Target:
    post = db.session.get(Post, identity)
    if post is None or post.deleted:
        raise NotFound()
    around = _around(post)
    return Target("post", post.id, post.author_id, post.channel_id, post.id, post.body, around)


def _file(identity: int, _reporter_id: int | None) -> Target:
    file = db.session.get(File, identity)
    if file is None or file.deleted_at is not None:
        raise NotFound()
    statement = select(Post).join(PostFile, PostFile.post_id == Post.id)
    post = db.session.scalars(statement.where(PostFile.file_id == file.id)).first()
    if post is None:
        return Target("file", file.id, file.owner_id, said=file.name)
    around = _around(post)
    return Target("file", file.id, file.owner_id, post.channel_id, post.id, file.name, around)


def _person(identity: int, _reporter_id: int | None) -> Target:
    person = db.session.get(Person, identity)
    if person is None:
        raise NotFound()
    return Target("person", person.id, person.id, said=person.name)


def _conversation(identity: int, reporter_id: int | None) -> Target:
    channel = db.session.get(Channel, identity)
    if channel is None:
        raise NotFound()
    newest = select(Post.id).where(Post.channel_id == channel.id, Post.deleted_at.is_(None))
    ids = db.session.scalars(newest.order_by(Post.created_at.desc()).limit(NEWEST)).all()
    others: Sequence[int] = ()
    if channel.kind == "direct" and channel.member_count == 2 and reporter_id is not None:
        statement = select(Membership.person_id).where(
            Membership.channel_id == channel.id, Membership.person_id != reporter_id
        )
        others = db.session.scalars(statement).all()
    author_id = others[0] if len(others) == 1 else None
    name = channel.name if channel.kind != "direct" else ""
    return Target("conversation", channel.id, author_id, channel.id, None, name, sorted(ids))


def _around(post: Post) -> list[int]:
    """Return the ids of the posts just before and after one, in its stream or its thread."""
    place = (
        Post.parent_id == post.parent_id
        if post.parent_id is not None
        else and_(Post.channel_id == post.channel_id, Post.in_stream.is_(True))
    )
    shown = select(Post.id).where(place, Post.deleted_at.is_(None), Post.id != post.id)
    earlier = or_(
        Post.created_at < post.created_at,
        and_(Post.created_at == post.created_at, Post.id < post.id),
    )
    newest_first = (Post.created_at.desc(), Post.id.desc())
    before = shown.where(earlier).order_by(*newest_first).limit(AROUND)
    after = shown.where(~earlier).order_by(Post.created_at, Post.id).limit(AROUND)
    return [*db.session.scalars(before).all()[::-1], *db.session.scalars(after).all()]
