"""The tables of the PostgreSQL index. With Whoosh they stay empty, on SQLite always."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

_Vector = Text().with_variant(TSVECTOR(), "postgresql")
_Names = Text().with_variant(ARRAY(Text()), "postgresql")


class SearchDocument(Base):
    """A post as the index keeps it. A rebuild writes the next `generation` beside the live one.

    `words` and `stems` are cut by `search.words` and not by a PostgreSQL configuration, so that
    both engines find the same; `facts` are its hashtags, mentions and kinds.
    """

    __tablename__ = "search_documents"

    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    post_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    channel_id: Mapped[int] = mapped_column(BigId)
    author_id: Mapped[int] = mapped_column(BigId)
    root_id: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_seq: Mapped[int] = mapped_column(BigId)
    length: Mapped[int]
    words: Mapped[str] = mapped_column(_Vector)
    stems: Mapped[str] = mapped_column(_Vector)
    facts: Mapped[list[str]] = mapped_column(_Names)

    __table_args__ = (
        Index("ix_search_documents_words", "words", postgresql_using="gin"),
        Index("ix_search_documents_stems", "stems", postgresql_using="gin"),
        Index("ix_search_documents_facts", "facts", postgresql_using="gin"),
        Index("ix_search_documents_newest", "generation", "created_at", "post_id"),
        Index("ix_search_documents_root", "root_id"),
        # For whoever reads few channels, and a word that is everywhere.
        Index("ix_search_documents_channel", "channel_id", "created_at"),
        Index("ix_search_documents_author", "author_id", "created_at"),
    )


class SearchWord(Base):
    """A word that some indexed post held, for corrections."""

    __tablename__ = "search_words"

    word: Mapped[str] = mapped_column(String(64), primary_key=True)


class SearchState(Base):
    """Which generation is the live index (one row), and whether it was built from all posts."""

    __tablename__ = "search_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int]
    version: Mapped[int]
    complete: Mapped[bool]
