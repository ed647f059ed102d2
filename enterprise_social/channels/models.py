"""Channels, who is in them, and the log of each channel's changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

COMMENTS = "comments"  # what is said about something else, which says who may see it
STORYLINE = "storyline"  # what one person writes, for everyone to read and answer
KINDS = ("public", "private", "announcement", "direct", COMMENTS, STORYLINE)
OPEN_KINDS = ("public", "announcement")  # anyone may find, read and join these
READ_BY_ALL = (*OPEN_KINDS, STORYLINE)  # anyone but guests reads these
UNLISTED_KINDS = ("direct", COMMENTS, STORYLINE)  # no channels to whoever looks for one
# Whoever reads them comes in by writing, being named, or following a thread.
ENTERED_BY_WRITING = (COMMENTS, STORYLINE)
MEMBER_ROLES = ("owner", "moderator", "member")
NOTIFY_LEVELS = ("all", "mentions", "none")


class Channel(Base):
    """A place to talk. ``seq`` grows by exactly one with each change in it."""

    __tablename__ = "channels"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str] = mapped_column(String(250), default="")
    purpose: Mapped[str] = mapped_column(String(500), default="")
    seq: Mapped[int] = mapped_column(BigId, default=0)
    last_post_seq: Mapped[int] = mapped_column(BigId, default=0)
    last_post_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    member_count: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    import_key: Mapped[str | None] = mapped_column(String(160), unique=True)
    # For kind direct: the sorted ids of its people, so that the same people share one place.
    direct_key: Mapped[str | None] = mapped_column(String(400), unique=True)
    # Where its rules differ from those of other channels of its kind; see ``rules``.
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default=text("'{}'"))
    guests_allowed: Mapped[bool] = mapped_column(default=True, server_default=true())

    __table_args__ = (
        Index("ix_channels_kind_name", "kind", "name", "id"),
        Index("ix_channels_name", "name", "id"),
        Index("ix_channels_maker", "created_by_id", "created_at"),
    )

    @property
    def rules_mark(self) -> str:
        """A short text that is another one where the rules are others."""
        kept = [f"{name}-{self.rules[name]}" for name in sorted(self.rules or {})]
        return ".".join([*kept, *(() if self.guests_allowed else ("no-guests",))])

    @property
    def archived(self) -> bool:
        """Whether the channel is closed for writing."""
        return self.archived_at is not None


class Membership(Base):
    """Somebody in a channel, how they want to hear of it, and how far they have read."""

    __tablename__ = "memberships"

    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), default="member")
    notify: Mapped[str] = mapped_column(String(16), default="all")
    starred: Mapped[bool] = mapped_column(default=False)
    read_seq: Mapped[int] = mapped_column(BigId, default=0)
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Came with a group, and goes when no group of the channel holds them any more.
    by_group: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (Index("ix_memberships_person", "person_id", "channel_id"),)


class ChannelGroup(Base):
    """A group whose people are in a channel for as long as they are in the group."""

    __tablename__ = "channel_groups"

    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    added_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class KeptOut(Base):
    """Somebody who left a channel, or was taken out of it, although a group of it holds them.

    They aren't put back for as long as a group of the channel holds them.
    """

    __tablename__ = "channel_kept_out"

    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Change(Base):
    """One change in a channel, named as the socket event that tells of it."""

    __tablename__ = "channel_changes"

    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigId, primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    post_id: Mapped[int | None] = mapped_column(BigId)
    person_id: Mapped[int | None] = mapped_column(BigId)
    # Of a change of many posts at once.
    post_ids: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
