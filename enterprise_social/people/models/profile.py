"""What somebody tells of themselves beyond the line in the directory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_ABOUT = 4_000
MOST_TOPICS = 20  # of 'ask me about'
MOST_LANGUAGES = 12
MOST_LINKS = 8
MOST_ENTRIES = 30
ENTRY_KINDS = ("experience", "education")
PHOTO_STATES = ("waiting", "ready", "refused")


class Profile(Base):
    """The long part of a profile; a person without a row has told nothing yet.

    ``topics`` are what to ask the person about, ``languages`` are language tags (BCP 47) in the
    order of fluency, ``links`` are ``{"label", "url"}``. ``works_from`` and ``works_until`` are
    minutes after midnight in the person's own zone, on the weekdays of ``works_on`` (0 is Monday).
    """

    __tablename__ = "profiles"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    about: Mapped[str] = mapped_column(Text, default="")
    about_html: Mapped[str] = mapped_column(Text, default="")
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    works_on: Mapped[list[int]] = mapped_column(JSON, default=list)
    works_from: Mapped[int | None]
    works_until: Mapped[int | None]


class ProfileEntry(Base):
    """A line of experience or education. Months are ``YYYY-MM``; an open end is None."""

    __tablename__ = "profile_entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(160))
    organisation: Mapped[str] = mapped_column(String(160), default="")
    from_month: Mapped[str | None] = mapped_column(String(7))
    until_month: Mapped[str | None] = mapped_column(String(7))
    text: Mapped[str] = mapped_column(String(1000), default="")


class PersonPhoto(Base):
    """The photo that somebody chose, with the part of it to be shown.

    ``crop`` is a square of the upright image after turning, as fractions of its shorter side's
    image: ``{"x", "y", "side"}`` with ``x`` and ``y`` in fractions of width and height and
    ``side`` in fractions of the shorter side. ``turn`` is clockwise, in degrees.
    ``storage_key`` is the original as it came, kept so that it can be cropped again.
    """

    __tablename__ = "person_photos"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    token: Mapped[str] = mapped_column(String(32), unique=True)
    storage_key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    problem: Mapped[str] = mapped_column(String(40), default="")
    crop: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    turn: Mapped[int] = mapped_column(default=0)
    chosen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProfileChange(Base):
    """Who changed which field of whom, from what to what, for admins."""

    __tablename__ = "profile_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("people.id", ondelete="CASCADE"))
    actor_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    # A built-in field's name, or ``custom:<id>``.
    field: Mapped[str] = mapped_column(String(64))
    before: Mapped[Any] = mapped_column(JSON)
    after: Mapped[Any] = mapped_column(JSON)

    __table_args__ = (Index("ix_profile_changes_person", "person_id", "id"),)
