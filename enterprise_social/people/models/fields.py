"""Fields of a profile that the organisation defines itself, and built-in ones that it hides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

FIELD_KINDS = ("text", "long", "choice", "date", "person", "link")
# Everyone; the person's managers, themselves and admins; themselves and admins.
FIELD_AUDIENCES = ("everyone", "managers", "self")
# The person and admins; admins; what the directory brings (imports), nobody by hand.
FIELD_EDITORS = ("person", "admins", "directory")
MOST_FIELDS = 50
MOST_CHOICES = 100


class ProfileField(Base):
    """A field of every profile that an admin defined."""

    __tablename__ = "profile_fields"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # The name by which rules, imports and the API know it; never changes.
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    hint: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(16))
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    required: Mapped[bool] = mapped_column(default=False)
    audience: Mapped[str] = mapped_column(String(16), default="everyone")
    editor: Mapped[str] = mapped_column(String(16), default="person")
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ProfileValue(Base):
    """What stands in such a field of somebody. A date is ``YYYY-MM-DD``, a link is its address.

    A person is ``named_id``, and ``value`` is empty then.
    """

    __tablename__ = "profile_values"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    field_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("profile_fields.id", ondelete="CASCADE"), primary_key=True
    )
    value: Mapped[str] = mapped_column(Text, default="")
    named_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))

    __table_args__ = (Index("ix_profile_values_field", "field_id", "person_id"),)


class HiddenField(Base):
    """A built-in field that this organisation doesn't use; what stands in it is kept."""

    __tablename__ = "hidden_fields"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    hidden_at: Mapped[datetime] = mapped_column(UTCDateTime)
