"""Groups of people: by hand, or by a rule over profiles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

GROUP_KINDS = ("hand", "rule")
# Who may call all of it by @name.
GROUP_CALLERS = ("everyone", "members", "managers", "admins")
GROUP_ROLES = ("owner", "member")


class Group(Base):
    """A named group. ``slug`` is its @name, of one namespace with usernames.

    ``rule`` is the parsed condition of a group by rule, ``rule_text`` the same as it was written.
    """

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(250), default="")
    kind: Mapped[str] = mapped_column(String(16))
    rule_text: Mapped[str] = mapped_column(String(2000), default="")
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    callers: Mapped[str] = mapped_column(String(16), default="everyone")
    member_count: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_groups_name", "name", "id"),)


class GroupMember(Base):
    """Somebody in a group. Owners of a group by hand look after it."""

    __tablename__ = "group_members"

    group_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(16), default="member")
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_group_members_person", "person_id", "group_id"),)
