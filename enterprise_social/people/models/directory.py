"""The directory's index: which words stand on whose public profile.

The same three tables on both databases. A word is looked up by its beginning, a misspelt one by the
trigrams that it shares with known words (K. Kukich, Techniques for automatically correcting words
in text, ACM Computing Surveys 24(4), 1992).
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId

LONGEST_WORD = 60


class DirectoryWord(Base):
    """A folded word that stands on some profile."""

    __tablename__ = "directory_words"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    word: Mapped[str] = mapped_column(String(LONGEST_WORD), unique=True)


class DirectoryPosting(Base):
    """A word on somebody's profile; ``weight`` is higher for a name than for a title."""

    __tablename__ = "directory_postings"

    word_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("directory_words.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    weight: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (Index("ix_directory_postings_person", "person_id"),)


class DirectoryTrigram(Base):
    """Three letters in a row of a word, its beginning and end marked by a space."""

    __tablename__ = "directory_trigrams"

    trigram: Mapped[str] = mapped_column(String(3), primary_key=True)
    word_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("directory_words.id", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (Index("ix_directory_trigrams_word", "word_id"),)
