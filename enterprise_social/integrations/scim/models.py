"""What provisioning knows of people and groups beyond what the organisation keeps itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime


class ScimUser(Base):
    """What a provisioning client said of a person, where it said anything.

    ``user_name`` is its name for them, by default their e-mail address; ``user_name_key`` the form
    in which names are compared. ``deleted_at``: the client deleted them, so that it sees them no
    more; here the account is deactivated.
    """

    __tablename__ = "scim_users"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    external_id: Mapped[str | None] = mapped_column(String(255), index=True)
    user_name: Mapped[str | None] = mapped_column(String(254))
    user_name_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    given_name: Mapped[str] = mapped_column(String(120), default="")
    family_name: Mapped[str] = mapped_column(String(120), default="")
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ScimGroup(Base):
    """A group as provisioning clients see it; ``version`` grows with each change of it."""

    __tablename__ = "scim_groups"

    group_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    external_id: Mapped[str | None] = mapped_column(String(255), index=True)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ScimValue(Base):
    """One of several e-mail addresses or telephone numbers that a client gave of a person.

    ``value`` is empty in the main one: what counts is the person's own, which may change here.
    """

    __tablename__ = "scim_values"

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    attribute: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[str | None] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(40), default="")
    is_primary: Mapped[bool | None]
