"""What erasing somebody would do: counted before anybody decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.files import policy as file_policy
from enterprise_social.files.models import File
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Mention, Post
from enterprise_social.records.models import Erasure
from enterprise_social.records.policy.holds import is_person_held


@dataclass(frozen=True)
class Preview:
    """What somebody has here. ``held``: a legal hold covers them."""

    posts: int
    named_in: int
    files: int
    loose_files: int
    channels: int
    conversations: int
    held: bool


def preview(person: Person) -> Preview:
    """Count what erasing a person touches."""

    def count(*conditions: Any) -> int:
        return int(db.session.execute(select(func.count()).where(*conditions)).scalar_one())

    member = and_(Membership.person_id == person.id, Membership.channel_id == Channel.id)
    mine = (File.owner_id == person.id, File.deleted_at.is_(None))
    return Preview(
        posts=count(Post.author_id == person.id, Post.body != ""),
        named_in=count(Mention.person_id == person.id),
        files=count(*mine, file_policy.held()),
        loose_files=count(*mine, ~file_policy.held()),
        channels=count(member, Channel.kind != "direct"),
        conversations=count(member, Channel.kind == "direct"),
        held=is_person_held(person.id),
    )


def erasure_of(person_id: int) -> Erasure | None:
    """Return the erasing of a person, done or under way."""
    statement = select(Erasure).where(Erasure.person_id == person_id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).first()
