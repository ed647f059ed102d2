"""The directory's index: which words stand on whose public profile.

The same tables on both databases. A word is looked up by its beginning; a misspelt one by keys that
it shares with known words, which are the word with letters left out (see ``people.words``).
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId

LONGEST_WORD = 60
# A whole username or address, and what is looked through, the words that count most first.
HANDLE, NAME, USERNAME, OTHER = 0, 1, 2, 3
KINDS = (NAME, USERNAME, OTHER)
# From which built-in field a word comes; a field of the organisation's own is its id above these.
SOURCES = {
    "name": 1,
    "username": 2,
    "email": 3,
    "title": 4,
    "department": 5,
    "location": 6,
    "skills": 7,
    "languages": 8,
    "topics": 9,
}
FIRST_OWN_SOURCE = 1000

# Beginnings are ranges, so words are ordered by code point on both databases.
Word = String(LONGEST_WORD).with_variant(String(LONGEST_WORD, collation="C"), "postgresql")
Key = String(8).with_variant(String(8, collation="C"), "postgresql")


class DirectoryPosting(Base):
    """A word on somebody's profile, in the field ``source``."""

    __tablename__ = "directory_postings"

    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(Word, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)

    __table_args__ = (
        Index("ix_directory_postings_person", "person_id", "word"),
        {"sqlite_with_rowid": False},
    )


class DirectoryWord(Base):
    """A word that stands on some profile, or once stood there."""

    __tablename__ = "directory_words"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    word: Mapped[str] = mapped_column(Word, unique=True)


class DirectorySpelling(Base):
    """The beginning of a word with letters left out."""

    __tablename__ = "directory_spellings"

    key: Mapped[str] = mapped_column(Key, primary_key=True)
    word_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("directory_words.id", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (
        Index("ix_directory_spellings_word", "word_id"),
        {"sqlite_with_rowid": False},
    )
