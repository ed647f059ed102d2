"""What an export takes in, as it is kept with it and as it is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select

from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.posts.models import Post
from enterprise_social.records.archives.reading import Span
from enterprise_social.records.models import MembershipSpan


@dataclass(frozen=True)
class Scope:
    """Whose posts, of which channels (empty: all), from when until when, and in which forms.

    Of direct conversations that the people were in, all that was said is taken in.
    """

    people: frozenset[int] = frozenset()
    channels: frozenset[int] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    files: bool = True
    mail: bool = True

    @property
    def span(self) -> Span:
        """What of the posts that is."""
        return Span(self.since, self.until, self.people)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "people": sorted(self.people),
            "channels": sorted(self.channels),
            "since": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "files": self.files,
            "mail": self.mail,
        }


def scope_of(kept: Mapping[str, Any]) -> Scope:
    """Return a scope that was kept."""
    return Scope(
        people=frozenset(kept.get("people", ())),
        channels=frozenset(kept.get("channels", ())),
        since=_moment(kept.get("since")),
        until=_moment(kept.get("until")),
        files=bool(kept.get("files", True)),
        mail=bool(kept.get("mail", True)),
    )


def _moment(text: str | None) -> datetime | None:
    return None if not text else datetime.fromisoformat(text)


def channels_of(scope: Scope) -> Iterator[tuple[Channel, bool]]:
    """Yield the channels that a scope touches, and whether all that was said there is wanted."""
    statement = select(Channel.id).order_by(Channel.id)
    if scope.channels:
        statement = statement.where(Channel.id.in_(scope.channels))
    if scope.people:
        wrote = exists().where(Post.channel_id == Channel.id, Post.author_id.in_(scope.people))
        was_in = exists().where(
            MembershipSpan.channel_id == Channel.id, MembershipSpan.person_id.in_(scope.people)
        )
        statement = statement.where(or_(wrote, (Channel.kind == "direct") & was_in))
    for channel_id in db.session.scalars(statement).all():
        channel = db.session.get(Channel, channel_id)
        if channel is not None:
            db.session.expunge(channel)
            whole = bool(scope.people) and channel.kind == "direct" and _was_in(channel_id, scope)
            yield channel, whole


def _was_in(channel_id: int, scope: Scope) -> bool:
    statement = select(MembershipSpan.id).where(
        MembershipSpan.channel_id == channel_id, MembershipSpan.person_id.in_(scope.people)
    )
    return db.session.execute(statement.limit(1)).first() is not None
