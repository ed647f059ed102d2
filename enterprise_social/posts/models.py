"""Posts: what is said in a channel, with its edits, mentions, hashtags, files and drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_BODY = 20_000
LONGEST_CLIENT_ID = 64
LONGEST_HELD_NOTE = 500
# What became of a post that had to be approved.
WAITING, APPROVED, REFUSED, WITHDRAWN = "waiting", "approved", "refused", "withdrawn"
MOST_FACES = 3  # of those who replied last, on a thread's root


class Post(Base):
    """A post or a reply. ``seq`` is the change that made it, ``changed_seq`` its newest change."""

    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(BigId, ForeignKey("channels.id"))
    seq: Mapped[int] = mapped_column(BigId)
    changed_seq: Mapped[int] = mapped_column(BigId)
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("posts.id"))
    in_stream: Mapped[bool] = mapped_column(default=True)
    type: Mapped[str] = mapped_column(String(16), default="post")
    author_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    plain: Mapped[str] = mapped_column(Text)
    client_id: Mapped[str | None] = mapped_column(String(LONGEST_CLIENT_ID))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deleted_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    # What it said was removed for good; it stands there for the replies that are left.
    emptied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Out of sight while it is reviewed: everybody sees that something is hidden, not what.
    hidden_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # A thread that takes no more replies, on its root.
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pinned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pinned_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    quoted_post_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("posts.id"))
    reply_count: Mapped[int] = mapped_column(default=0)
    last_reply_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reply_faces: Mapped[list[int]] = mapped_column(JSON, default=list)
    mention_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    mentions_all: Mapped[bool] = mapped_column(default=False)
    # Groups that were called; their members have a mention each as well.
    mention_group_ids: Mapped[list[int]] = mapped_column(
        JSON, default=list, server_default=text("'[]'")
    )
    has_link: Mapped[bool] = mapped_column(default=False)
    file_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # How many reacted with what, see ``reactions.counting``: a page of posts needs no query for it.
    reaction_counts: Mapped[list[list[Any]]] = mapped_column(
        JSON, default=list, server_default=text("'[]'")
    )
    import_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    import_data: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    __table_args__ = (
        UniqueConstraint("author_id", "client_id"),
        Index("ix_posts_stream", "channel_id", "in_stream", "created_at", "id"),
        Index("ix_posts_thread", "parent_id", "created_at", "id"),
        Index("ix_posts_author", "author_id", "created_at", "id"),
        Index("ix_posts_channel_created", "channel_id", "created_at", "id"),
        # What is unread; what an index lacks; all of them, oldest first.
        Index("ix_posts_numbered", "channel_id", "in_stream", "seq"),
        Index("ix_posts_changed", "channel_id", "changed_seq"),
        Index("ix_posts_created", "created_at", "id"),
        Index(
            "ix_posts_deleted",
            "channel_id",
            "deleted_at",
            sqlite_where=deleted_at.is_not(None),
            postgresql_where=deleted_at.is_not(None),
        ),
        Index(
            "ix_posts_quoted",
            "quoted_post_id",
            sqlite_where=quoted_post_id.is_not(None),
            postgresql_where=quoted_post_id.is_not(None),
        ),
        Index(
            "ix_posts_pinned",
            "channel_id",
            "pinned_at",
            sqlite_where=pinned_at.is_not(None),
            postgresql_where=pinned_at.is_not(None),
        ),
    )

    @property
    def deleted(self) -> bool:
        """Whether the post was taken away."""
        return self.deleted_at is not None

    @property
    def hidden(self) -> bool:
        """Whether what it says is out of sight while it is reviewed."""
        return self.hidden_at is not None

    @property
    def locked(self) -> bool:
        """Whether the thread that it begins takes no more replies."""
        return self.locked_at is not None


class Revision(Base):
    """What a post said before an edit."""

    __tablename__ = "post_revisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    post_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("posts.id", ondelete="CASCADE"), index=True
    )
    editor_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Mention(Base):
    """Somebody named in a post; without a person it is everyone in the channel."""

    __tablename__ = "mentions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    post_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("posts.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    # The group that was called, where the person was not named themselves.
    group_id: Mapped[int | None] = mapped_column(BigId)
    channel_id: Mapped[int] = mapped_column(BigId, ForeignKey("channels.id"))
    author_id: Mapped[int] = mapped_column(BigId)
    seq: Mapped[int] = mapped_column(BigId)

    __table_args__ = (
        Index("ix_mentions_channel", "channel_id", "seq"),
        Index("ix_mentions_person", "person_id", "channel_id", "seq"),
    )


class PostHashtag(Base):
    """A hashtag in a post, casefolded."""

    __tablename__ = "post_hashtags"

    post_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(100), primary_key=True)
    # Of the post, so that a hashtag's page begins with the newest.
    created_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_post_hashtags_tag", "tag", "post_id"),
        Index("ix_post_hashtags_newest", "tag", "created_at", "post_id"),
        Index("ix_post_hashtags_created", "created_at", "tag"),
    )


class PostFile(Base):
    """A file of a post, in the order of ``position``. A file hangs on one post at most."""

    __tablename__ = "post_files"

    post_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("files.id"), primary_key=True, unique=True
    )
    position: Mapped[int] = mapped_column(default=0)


class HeldPost(Base):
    """What somebody wrote and somebody else has to approve first: a post, or an edit of one.

    ``edits_id`` is the post that it changes, ``post_id`` the one that it has become. ``reason``
    says whether it is for a rule of words (``rule_ids``) or because all is approved there;
    ``level`` whether the channel's moderators judge it or the organisation's.
    """

    __tablename__ = "held_posts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(BigId, ForeignKey("channels.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    parent_id: Mapped[int | None] = mapped_column(BigId)
    edits_id: Mapped[int | None] = mapped_column(BigId)
    post_id: Mapped[int | None] = mapped_column(BigId)
    body: Mapped[str] = mapped_column(Text)
    client_id: Mapped[str | None] = mapped_column(String(LONGEST_CLIENT_ID))
    also_in_channel: Mapped[bool] = mapped_column(default=False)
    quoted_post_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    rule_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(BigId)
    note: Mapped[str] = mapped_column(String(LONGEST_HELD_NOTE), default="")

    __table_args__ = (
        UniqueConstraint("author_id", "client_id"),
        Index("ix_held_posts_channel", "channel_id", "state", "id"),
        Index("ix_held_posts_author", "author_id", "state", "id"),
    )


class HeldFile(Base):
    """A file of a post that waits, in the order of ``position``."""

    __tablename__ = "held_files"

    held_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("held_posts.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("files.id"), primary_key=True, unique=True
    )
    position: Mapped[int] = mapped_column(default=0)


class Draft(Base):
    """What somebody has begun to write in a channel, or in a thread of it."""

    __tablename__ = "drafts"

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"), primary_key=True)
    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True
    )
    parent_id: Mapped[int] = mapped_column(BigId, primary_key=True, default=0)
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CustomEmoji(Base):
    """One of the organisation's own emoji. Retired it is offered no more, and still shown."""

    __tablename__ = "custom_emoji"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
