"""Word rules, and where they matched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

# Words and phrases, a line each, with * for any letters; or one regular expression.
KINDS = ("words", "regex")
# It isn't taken; it waits for somebody's approval; it is looked at afterwards; it reads otherwise.
EFFECTS = ("refuse", "hold", "flag", "replace")
# Written; in force; no longer.
STATES = ("draft", "on", "off")
LONGEST_NAME = 80
LONGEST_MESSAGE = 300
LONGEST_REPLACEMENT = 200
MOST_RULES = 200  # of the organisation, and of each channel


class WordRule(Base):
    """A rule of the organisation, or of one channel.

    ``accents`` says that é is not e. ``places`` are those of ``core.screening.PLACES`` where it
    holds; ``version`` grows with each change.
    """

    __tablename__ = "word_rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    kind: Mapped[str] = mapped_column(String(16), default="words")
    pattern: Mapped[str] = mapped_column(Text)
    accents: Mapped[bool] = mapped_column(default=False)
    effect: Mapped[str] = mapped_column(String(16))
    message: Mapped[str] = mapped_column(String(LONGEST_MESSAGE), default="")
    replacement: Mapped[str] = mapped_column(String(LONGEST_REPLACEMENT), default="")
    places: Mapped[list[str]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    hit_count: Mapped[int] = mapped_column(default=0)
    last_hit_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_word_rules_channel", "channel_id", "state", "id"),)


class WordHit(Base):
    """That a rule matched something: what it did, where, and what came of it (``kind:id``).

    What was written is not kept: what was refused is nobody's to read.
    """

    __tablename__ = "word_hits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    rule_id: Mapped[int] = mapped_column(BigId, ForeignKey("word_rules.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    effect: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = mapped_column(BigId)
    channel_id: Mapped[int | None] = mapped_column(BigId)
    target: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (
        Index("ix_word_hits_rule", "rule_id", "id"),
        Index("ix_word_hits_at", "at"),
    )
