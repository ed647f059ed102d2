"""Notifications: what somebody is told of, once, and what they want to be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

KINDS = (
    "mention",
    "group_mention",
    "channel_mention",
    "reply",
    "direct",
    "keyword",
    "reaction",
    "invitation",
    "follow",
    "followed_post",
    "announcement",
    "moderation",
    "export",
)
# By which a kind can be told; what is not told in the application is not kept either.
WAYS = ("app", "push", "email")
LONGEST_KEYWORD = 60
MOST_KEYWORDS = 30
MOST_FACES = 3
RHYTHMS = ("never", "daily", "weekly")


class Notification(Base):
    """Something that somebody is told of; what is of one ``group_key`` is one line while unread.

    ``seq`` is the newest change of the channel that it speaks of: whoever has read up to there has
    read it. ``root_id`` is the thread it is about, for what stands in the thread alone.
    ``actor_ids`` are the newest at first, at most MOST_FACES; ``reason`` says why one is told.
    """

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    group_key: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(100), default="")
    channel_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE")
    )
    root_id: Mapped[int | None] = mapped_column(BigId)
    post_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("posts.id", ondelete="CASCADE"))
    announcement_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("announcements.id", ondelete="CASCADE")
    )
    # What was decided, for a notice of moderation.
    case_id: Mapped[int | None] = mapped_column(BigId)
    seq: Mapped[int] = mapped_column(BigId, default=0)
    actor_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    actor_count: Mapped[int] = mapped_column(default=1)
    count: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When it is told by mail where it was not read until then; None: not, or done.
    mail_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_notifications_person", "person_id", "updated_at", "id"),
        # One open line a group.
        Index(
            "uq_notifications_open",
            "person_id",
            "group_key",
            unique=True,
            sqlite_where=read_at.is_(None),
            postgresql_where=read_at.is_(None),
        ),
        Index(
            "ix_notifications_unread",
            "person_id",
            "channel_id",
            "seq",
            sqlite_where=read_at.is_(None),
            postgresql_where=read_at.is_(None),
        ),
        Index(
            "ix_notifications_new",
            "person_id",
            "updated_at",
            "id",
            sqlite_where=read_at.is_(None),
            postgresql_where=read_at.is_(None),
        ),
        Index("ix_notifications_group", "group_key"),
        Index("ix_notifications_post", "post_id"),
        Index("ix_notifications_announcement", "announcement_id"),
        Index(
            "ix_notifications_mail",
            "mail_at",
            sqlite_where=mail_at.is_not(None),
            postgresql_where=mail_at.is_not(None),
        ),
    )


class NotificationSource(Base):
    """What a notification was made from: the same is never told twice."""

    __tablename__ = "notification_sources"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    # ``post:<id>``, ``channel:<id>:<seq>``, ``announcement:<id>``.
    source: Mapped[str] = mapped_column(String(60), primary_key=True)
    notification_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("notifications.id", ondelete="CASCADE"), index=True
    )
    actor_id: Mapped[int | None] = mapped_column(BigId)


class Following(Base):
    """Whether somebody follows a thread, where they said so or took part in it."""

    __tablename__ = "thread_followings"

    root_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    follows: Mapped[bool] = mapped_column(default=True)
    # ``author``, ``replied``, ``mentioned`` or ``chosen``: the answer to why one is told.
    reason: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    # How far they have read it; what came later is unread.
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Preference(Base):
    """Whether somebody wants a kind by a way, where it isn't what everyone gets."""

    __tablename__ = "notification_preferences"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    way: Mapped[str] = mapped_column(String(10), primary_key=True)
    wanted: Mapped[bool]


class Keyword(Base):
    """A word that somebody wants to hear of, in the channels that they are in."""

    __tablename__ = "notification_keywords"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    # Folded as words are compared; up to three words, one space between.
    keyword: Mapped[str] = mapped_column(String(LONGEST_KEYWORD), primary_key=True)

    __table_args__ = (Index("ix_notification_keywords_keyword", "keyword", "person_id"),)


class Mute(Base):
    """A channel of which somebody wants to hear nothing until a time."""

    __tablename__ = "notification_mutes"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
    until: Mapped[datetime] = mapped_column(UTCDateTime)


class Digest(Base):
    """Whether somebody gets a summary by mail of what they have not seen, and when the next one."""

    __tablename__ = "notification_digests"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rhythm: Mapped[str] = mapped_column(String(10))
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    # Since when the next one tells.
    told_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
