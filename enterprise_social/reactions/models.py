"""What people react to posts with, and what each of them likes to choose from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime
from enterprise_social.reactions.emoji import LONGEST_NAME


class Reaction(Base):
    """Somebody's emoji under a post; how many there are of each is kept on the post as well."""

    __tablename__ = "reactions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    post_id: Mapped[int] = mapped_column(BigId, ForeignKey("posts.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id"))
    # The one name of it, see ``emoji``.
    emoji: Mapped[str] = mapped_column(String(LONGEST_NAME))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("post_id", "person_id", "emoji"),
        # Who reacted with one, the first at first; what somebody chose lately.
        Index("ix_reactions_emoji", "post_id", "emoji", "id"),
        Index("ix_reactions_person", "person_id", "id"),
    )


class EmojiHabit(Base):
    """The skin tone that somebody chooses emoji in: 2 is the lightest, 6 the darkest, 0 none."""

    __tablename__ = "emoji_habits"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tone: Mapped[int] = mapped_column(SmallInteger, default=0)
