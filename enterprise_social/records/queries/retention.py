"""Reads of retention: periods, what is past them, what the runs did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from enterprise_social.channels.models import Channel
from enterprise_social.core import settings
from enterprise_social.core.access import visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.posts.policy import ANCHOR, kept
from enterprise_social.records.models import ChannelRetention, RetentionRun
from enterprise_social.records.settings import DELETED_DAYS, RETENTION_DAYS

SHOWN_RUNS = 5


@dataclass(frozen=True)
class Period:
    """How long a channel's posts are kept; ``days`` None is for ever, ``own`` its own rule."""

    days: int | None
    own: bool


@dataclass(frozen=True)
class Cutoffs:
    """What was said, and what was deleted, before these moments goes; None: nothing by it."""

    said: datetime | None
    deleted: datetime


@dataclass(frozen=True)
class Preview:
    """What a rule would do now: remove posts, or hide what must be kept all the same."""

    removed: int
    kept: int
    oldest: datetime | None


def period_of(channel_id: int) -> Period:
    """Return how long a channel's posts are kept."""
    own = db.session.get(ChannelRetention, channel_id)
    if own is not None:
        return Period(own.days, own=True)
    return Period(settings.get(RETENTION_DAYS), own=False)


def cutoffs(channel_id: int) -> Cutoffs:
    """Return what of a channel is past its time now."""
    days, moment = period_of(channel_id).days, now()
    said = None if days is None else moment - timedelta(days=days)
    return Cutoffs(said, moment - timedelta(days=settings.get(DELETED_DAYS)))


def own_rules(viewer: Person) -> Sequence[tuple[ChannelRetention, Channel | None]]:
    """Return the channels with a rule of their own; unseen ones without their name."""
    statement = (
        select(ChannelRetention, Channel)
        .outerjoin(
            Channel, and_(Channel.id == ChannelRetention.channel_id, visible(Channel, viewer))
        )
        .order_by(Channel.name, ChannelRetention.channel_id)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def preview(days: int | None, channel_id: int | None = None) -> Preview:
    """Count what a rule would do now, for a channel or for all without a rule of their own."""
    if days is None:
        return Preview(0, 0, None)
    where = _without_own_rule() if channel_id is None else Post.channel_id == channel_id
    past = (Post.created_at < now() - timedelta(days=days), Post.emptied_at.is_(None), where)
    total, oldest = db.session.execute(
        select(func.count(), func.min(Post.created_at)).where(*past, Post.type != ANCHOR)
    ).one()
    held = db.session.execute(
        select(func.count()).select_from(Post).where(*past, Post.type != ANCHOR, kept())
    ).scalar_one()
    return Preview(total - held, held, oldest)


def deleted_count(days: int | None) -> int:
    """Count the deleted posts that would be removed for good, were they kept so many days."""
    if days is None:
        return 0
    statement = select(func.count()).where(
        Post.deleted_at < now() - timedelta(days=days), Post.emptied_at.is_(None), ~kept()
    )
    return db.session.execute(statement).scalar_one()


def _without_own_rule() -> ColumnElement[bool]:
    return Post.channel_id.not_in(select(ChannelRetention.channel_id))


def next_channels(after: int, limit: int) -> Sequence[int]:
    """Return the ids of the next channels, in order."""
    statement = select(Channel.id).where(Channel.id > after).order_by(Channel.id).limit(limit)
    return db.session.scalars(statement).all()


def past_said(
    channel_id: int, before: datetime, limit: int, last: tuple[datetime, int] | None
) -> Sequence[Any]:
    """Return the next posts that were said too long ago: id, created_at, kept, deleted_at."""
    statement = _some(channel_id, limit).where(Post.created_at < before)
    if last is not None:
        statement = statement.where(tuple_(Post.created_at, Post.id) > tuple_(*last))
    return db.session.execute(statement.order_by(Post.created_at, Post.id)).all()


def past_deleted(channel_id: int, before: datetime, limit: int) -> Sequence[Any]:
    """Return posts that were deleted long enough ago, and that nothing keeps."""
    statement = _some(channel_id, limit).where(Post.deleted_at < before, ~kept())
    return db.session.execute(statement.order_by(Post.deleted_at)).all()


def _some(channel_id: int, limit: int) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(Post.id, Post.created_at, Post.deleted_at, kept().label("kept"))
        .where(
            Post.channel_id == channel_id,
            Post.emptied_at.is_(None),
            or_(Post.type != ANCHOR, Post.parent_id.is_not(None)),
        )
        .limit(limit)
    )
    return statement


def last_runs() -> Sequence[RetentionRun]:
    """Return the newest runs, the newest first."""
    statement = select(RetentionRun).order_by(RetentionRun.id.desc()).limit(SHOWN_RUNS)
    return db.session.scalars(statement).all()
