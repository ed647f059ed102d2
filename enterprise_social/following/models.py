"""Whom and what somebody follows, and the storyline of each person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_TAG = 100
MOST_PEOPLE = 1000  # that one person follows
MOST_HASHTAGS = 200


class PersonFollow(Base):
    """Somebody who wants to hear of what somebody else writes in their storyline."""

    __tablename__ = "person_follows"

    follower_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    followed_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        # The newest first, from both ends.
        Index("ix_person_follows_followed", "followed_id", "since", "follower_id"),
        Index("ix_person_follows_follower", "follower_id", "since", "followed_id"),
    )


class HashtagFollow(Base):
    """A hashtag that somebody follows, as posts keep it: casefolded, without its sign."""

    __tablename__ = "hashtag_follows"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(LONGEST_TAG), primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_hashtag_follows_tag", "tag", "person_id"),)


class Storyline(Base):
    """The channel in which a person alone begins posts."""

    __tablename__ = "storylines"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    channel_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("channels.id", ondelete="CASCADE"), unique=True
    )
