"""Skills: one vocabulary for everyone, who has which, and who vouches for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_SKILL = 60
LONGEST_PRAISE = 280
MOST_SKILLS = 40  # of one person


class Skill(Base):
    """A word of the vocabulary. ``key`` is its folded spelling, so that one word stands once.

    A skill that was merged into another stays as a spelling of that one.
    """

    __tablename__ = "skills"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_SKILL))
    merged_into_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("skills.id"), index=True)
    people_count: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PersonSkill(Base):
    """A skill that somebody says they have."""

    __tablename__ = "person_skills"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("skills.id", ondelete="CASCADE"), primary_key=True
    )
    endorsement_count: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_person_skills_skill", "skill_id", "person_id"),)


class Endorsement(Base):
    """A colleague vouches for somebody's skill, with a word of why: once, and never oneself."""

    __tablename__ = "endorsements"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    skill_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("skills.id", ondelete="CASCADE"), primary_key=True
    )
    endorser_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    praise: Mapped[str] = mapped_column(String(LONGEST_PRAISE), default="")
    at: Mapped[datetime] = mapped_column(UTCDateTime)
