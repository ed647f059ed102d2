"""Announcements: what is told to whom, what came of it, and by which way.

The recipient's row holds what the person did; the deliveries are the ledger of what was tried.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

PRIORITIES = ("routine", "important", "critical")
STATES = ("draft", "waiting", "scheduled", "published", "ended")
KINDS = ("announcement", "correction", "follow_up", "all_clear", "test")
ASKS = ("nothing", "acknowledgement", "answer")
ENDINGS = ("all_clear", "withdrawn", "expired")
WAYS = ("app", "push", "email", "gateway", "manager")
DELIVERY_STATES = ("queued", "sent", "delivered", "failed", "skipped")
SCOPES = ("everyone", "line", "rule")
LONGEST_TITLE = 160
LONGEST_BODY = 20_000
LONGEST_NOTE = 500
LONGEST_CHOICE = 60
MOST_CHOICES = 6


class Announcement(Base):
    """An announcement, from its draft to its end.

    ``audience`` is the parsed rule of ``audience_text``. ``choices`` are ``{"text", "alerts"}``:
    an answer that alerts is told to the responders at once. ``local_at`` is a wall-clock time,
    ``YYYY-MM-DDTHH:MM``, at which each recipient gets it in their own zone. ``ladder`` is the
    policy as it was at publishing; ``ladder_at`` is when the next step of any recipient is due.
    """

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), default="announcement")
    follows_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("announcements.id"), index=True
    )
    author_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    in_name_of_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    client_id: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="draft")
    version: Mapped[int] = mapped_column(default=1)

    title: Mapped[str] = mapped_column(String(LONGEST_TITLE), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    plain: Mapped[str] = mapped_column(Text, default="")
    priority: Mapped[str] = mapped_column(String(16), default="routine")
    audience_text: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    adds_joiners: Mapped[bool] = mapped_column(default=False)
    drill: Mapped[bool] = mapped_column(default=False)
    # Whether it begins with comments; None: as is usual for its priority.
    comments: Mapped[bool | None]
    # Why a critical one may pass through quiet hours and do-not-disturb.
    reason: Mapped[str] = mapped_column(String(300), default="")

    asks: Mapped[str] = mapped_column(String(16), default="nothing")
    ask_text: Mapped[str] = mapped_column(String(80), default="")
    choices: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    takes_note: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    publish_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    local_at: Mapped[str | None] = mapped_column(String(16))
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))

    ladder: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    ladder_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    recipient_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    ended_as: Mapped[str] = mapped_column(String(16), default="")

    __table_args__ = (
        UniqueConstraint("author_id", "client_id"),
        Index("ix_announcements_published", "state", "published_at", "id"),
    )

    @property
    def is_open(self) -> bool:
        """Whether it is published and goes on."""
        return self.state == "published"

    @property
    def wants_answer(self) -> bool:
        """Whether the recipients are asked for something."""
        return self.asks != "nothing"


class Recipient(Base):
    """Somebody who gets an announcement, and what they did with it."""

    __tablename__ = "announcement_recipients"

    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"), primary_key=True)
    # From when it is theirs to see.
    begins_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Who is away, and for whom this person gets it as their deputy.
    stands_in_for_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    joined_later: Mapped[bool] = mapped_column(default=False)

    steps_done: Mapped[int] = mapped_column(default=0)
    next_step_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    reached_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reached_way: Mapped[str] = mapped_column(String(16), default="")
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_way: Mapped[str] = mapped_column(String(16), default="")
    choice: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")

    __table_args__ = (
        Index("ix_announcement_recipients_person", "person_id", "begins_at"),
        Index("ix_announcement_recipients_due", "announcement_id", "next_step_at"),
    )


class AnnouncementFile(Base):
    """A file of an announcement, in the order of ``position``. A file hangs on one at most."""

    __tablename__ = "announcement_files"

    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("files.id"), primary_key=True, unique=True
    )
    position: Mapped[int] = mapped_column(default=0)


class CommentThread(Base):
    """Where an announcement is commented on: a channel of its own kind, and a thread in it.

    Its root says nothing: it stands for the announcement, and the comments are its replies.
    """

    __tablename__ = "announcement_threads"

    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True
    )
    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), unique=True
    )
    root_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("posts.id", ondelete="CASCADE"), unique=True
    )


class Responder(Base):
    """Somebody who is told at once when an answer needs help."""

    __tablename__ = "announcement_responders"

    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id"), primary_key=True, index=True
    )


class Delivery(Base):
    """One try of one way at one step: a line of the ledger."""

    __tablename__ = "announcement_deliveries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    announcement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcements.id", ondelete="CASCADE")
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    step: Mapped[int]
    way: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    silent: Mapped[bool] = mapped_column(default=False)
    queued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    problem: Mapped[str] = mapped_column(String(200), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("announcement_id", "person_id", "step", "way"),
        Index(
            "ix_announcement_deliveries_queued",
            "way",
            "next_try_at",
            "id",
            sqlite_where=state == "queued",
            postgresql_where=state == "queued",
        ),
    )


class LadderPolicy(Base):
    """The ladder of a priority, as an admin set it.

    ``steps`` are ``{"after": seconds, "ways": [way, …]}``; ``repeat`` is the same or None, with
    ``after`` as the distance between the repetitions.
    """

    __tablename__ = "announcement_policies"

    priority: Mapped[str] = mapped_column(String(16), primary_key=True)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    repeat: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # More recipients than this need a second person's word; None: never.
    approval_over: Mapped[int | None]
    # How many of one sender in 24 hours; None: any number.
    quota: Mapped[int | None]
    changed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AnnouncementRight(Base):
    """Whom somebody may announce to, as an admin granted it."""

    __tablename__ = "announcement_rights"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    scope: Mapped[str] = mapped_column(String(16))
    rule_text: Mapped[str] = mapped_column(String(2000), default="")
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    may_be_critical: Mapped[bool] = mapped_column(default=False)
    granted_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Delegation(Base):
    """Somebody who may announce in another's name."""

    __tablename__ = "announcement_delegations"

    principal_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    delegate_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Template(Base):
    """A prepared announcement that its owner, or everyone who may announce, can begin with."""

    __tablename__ = "announcement_templates"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    shared: Mapped[bool] = mapped_column(default=False)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TemplateFile(Base):
    """A file of a template, in the order of ``position``: a copy, as all that begin with it get."""

    __tablename__ = "announcement_template_files"

    template_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("announcement_templates.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("files.id"), primary_key=True, unique=True
    )
    position: Mapped[int] = mapped_column(default=0)
