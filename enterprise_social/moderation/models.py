"""Moderation: what was reported or stopped, what was decided, what followed, and what was appealed.

A case gathers all that is said about one thing while it is open; what comes after it was decided
begins another. Reports and events hold who reported: they are for those who judge alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, BigId, UTCDateTime

# Reported by people; held back until somebody approves; let through, but pointed at by a rule.
KINDS = ("report", "held", "flagged")
TARGETS = ("post", "file", "person", "conversation")
# Waiting; decided, while an appeal is possible or not; appealed; judged on appeal, for good.
STATES = ("open", "decided", "appealed", "settled")
# What happens to the thing: nothing was wrong; it was, but it stays; taken away; (back) in sight;
# no more replies; the thread goes to another channel; the replies get a thread of their own.
ACTS = ("dismiss", "uphold", "remove", "restore", "lock", "move", "split")
# What happens to whoever wrote it.
SANCTIONS = ("warn", "mute", "suspend", "expel")
OUTCOMES = ("upheld", "overturned")
LONGEST_NOTE = 1000
LONGEST_APPEAL = 4000
LONGEST_REASON = 40


class Case(Base):
    """One thing that is looked at, with all that was reported of it.

    ``post_id`` is the post concerned: the one that was reported, or that carries a reported file.
    ``author_id`` is whom it is about. ``said`` keeps what was said when the case began, and
    ``context_ids`` the posts around it that a report shares with those who judge.
    """

    __tablename__ = "moderation_cases"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    target_kind: Mapped[str] = mapped_column(String(16))
    target_id: Mapped[int] = mapped_column(BigId)
    channel_id: Mapped[int | None] = mapped_column(BigId)
    post_id: Mapped[int | None] = mapped_column(BigId)
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    state: Mapped[str] = mapped_column(String(16), default="open")
    said: Mapped[str] = mapped_column(Text, default="")
    context_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    report_count: Mapped[int] = mapped_column(default=0)
    opened_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    assignee_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("ix_moderation_cases_state", "state", "opened_at", "id"),
        Index("ix_moderation_cases_channel", "channel_id", "state", "opened_at", "id"),
        Index("ix_moderation_cases_author", "author_id", "opened_at"),
        Index("ix_moderation_cases_post", "post_id"),
        Index("ix_moderation_cases_decided", "decided_at"),
        # One open case a thing: what two people report at once is one.
        Index(
            "uq_moderation_cases_open",
            "target_kind",
            "target_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.state == "open"

    @property
    def is_overdue(self) -> bool:
        """Whether it waits for longer than the organisation set itself."""
        return self.is_open and self.due_at is not None and self.due_at < now()


class Report(Base):
    """What one person reported; nobody but those who judge learns who it was."""

    __tablename__ = "moderation_reports"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("moderation_cases.id", ondelete="CASCADE"), index=True
    )
    reporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(String(LONGEST_REASON))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("case_id", "reporter_id"),
        Index("ix_moderation_reports_reporter", "reporter_id", "at", "id"),
    )


class CaseEvent(Base):
    """A line of a case's history: what was done, by whom, and a note.

    ``what`` is ``opened``, ``reported``, ``hidden``, ``shown``, ``assigned``, ``noted``,
    ``decided``, ``undone``, ``appealed`` or ``judged``.
    """

    __tablename__ = "moderation_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("moderation_cases.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    what: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Decision(Base):
    """What was decided about a case. ``rule`` is the key of the rule that it names.

    ``message`` is what the author is told beside it; ``before`` is what undoing needs.
    """

    __tablename__ = "moderation_decisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("moderation_cases.id", ondelete="CASCADE"), index=True
    )
    decider_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    act: Mapped[str] = mapped_column(String(16))
    sanction: Mapped[str] = mapped_column(String(16), default="")
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rule: Mapped[str] = mapped_column(String(LONGEST_REASON))
    message: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))

    __table_args__ = (Index("ix_moderation_decisions_at", "at"),)


class Sanction(Base):
    """What somebody may not do for a time, by which decision."""

    __tablename__ = "moderation_sanctions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decision_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("moderation_decisions.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(16))
    channel_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_moderation_sanctions_person", "person_id", "kind", "until"),)


class Appeal(Base):
    """What the author of something says against a decision, once."""

    __tablename__ = "moderation_appeals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decision_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("moderation_decisions.id", ondelete="CASCADE"), unique=True
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(String(16), default="")
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE), default="")
    judge_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    judged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
