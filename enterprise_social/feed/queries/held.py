"""What waits for approval, as those see it who approve it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from enterprise_social.channels.models import Channel
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.files.models import File
from enterprise_social.files.queries import Attachment, attachment
from enterprise_social.people.models import Person
from enterprise_social.posts.models import REFUSED, WAITING, HeldFile, HeldPost, Post


@dataclass(frozen=True)
class Waiting:
    """Something that waits, with who wrote it, where, its files and what an edit would replace."""

    held: HeldPost
    author: Person
    channel: Channel
    before: str | None
    files: Sequence[Attachment]


def waiting_in(
    viewer: Person, channel: Channel | None, *, cursor: str | None = None, limit: int = 50
) -> Page[Waiting]:
    """List what waits and the viewer may approve, the oldest first.

    In a channel it is what waits for those who lead it; without one what waits for those who judge
    everywhere.
    """
    statement = (
        select(HeldPost, Person, Channel, Post.body)
        .join(Person, Person.id == HeldPost.author_id)
        .join(Channel, Channel.id == HeldPost.channel_id)
        .outerjoin(Post, Post.id == HeldPost.edits_id)
        .where(visible(HeldPost, viewer), HeldPost.state == WAITING)
        .where(HeldPost.author_id != viewer.id)
    )
    if channel is None:
        statement = statement.where(HeldPost.level == "organisation")
    else:
        statement = statement.where(HeldPost.level == "channel", HeldPost.channel_id == channel.id)
    if cursor:
        [last] = decode(cursor, int)
        statement = statement.where(HeldPost.id > last)
    rows = db.session.execute(statement.order_by(HeldPost.id).limit(limit + 1)).all()
    more = encode(rows[limit - 1][0].id) if len(rows) > limit else None
    files = _files([row[0].id for row in rows[:limit]])
    return Page([Waiting(*row, files.get(row[0].id, [])) for row in rows[:limit]], more)


def _files(held_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    if held_ids:
        statement = (
            select(HeldFile.held_id, File)
            .join(File, File.id == HeldFile.file_id)
            .where(HeldFile.held_id.in_(held_ids))
            .order_by(HeldFile.held_id, HeldFile.position)
        )
        for held_id, file in db.session.execute(statement):
            found.setdefault(held_id, []).append(attachment(file))
    return found


def own_held(viewer: Person, *, cursor: str | None = None, limit: int = 50) -> Page[HeldPost]:
    """List what somebody wrote that waits or was not approved, the oldest first."""
    statement = select(HeldPost).where(
        HeldPost.author_id == viewer.id, HeldPost.state.in_((WAITING, REFUSED))
    )
    if cursor:
        [last] = decode(cursor, int)
        statement = statement.where(HeldPost.id > last)
    found = db.session.scalars(statement.order_by(HeldPost.id).limit(limit + 1)).all()
    more = encode(found[limit - 1].id) if len(found) > limit else None
    return Page(found[:limit], more)
