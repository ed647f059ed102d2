"""The person: one row a colleague, present or former."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, BigId, UTCDateTime
from enterprise_social.core.text import initials

# A guest is in the channels that they were invited to, and sees nothing else.
ROLES = ("guest", "employee", "manager", "admin")
AVATAR_COLOURS = 8


class Person(Base):
    """Somebody in the organisation. ``version`` grows with each change of what others see."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16), default="employee")
    title: Mapped[str] = mapped_column(String(120), default="")
    department: Mapped[str] = mapped_column(String(120), default="")
    location: Mapped[str] = mapped_column(String(120), default="")
    pronouns: Mapped[str] = mapped_column(String(40), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    locale: Mapped[str] = mapped_column(String(16), default="en")
    manager_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"), index=True)
    # How the organisation's own systems know the person.
    employee_number: Mapped[str | None] = mapped_column(String(40))
    started_on: Mapped[date | None]
    # The token of the photo that is shown, or empty: then it is the initials.
    photo: Mapped[str] = mapped_column(String(32), default="", server_default="")
    is_bot: Mapped[bool] = mapped_column(default=False)
    deactivated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Sanctions: until then they can't come in, or can't write.
    suspended_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    muted_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Their personal data was taken away on request; the row stays as the author of what they wrote.
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
    import_key: Mapped[str | None] = mapped_column(String(160), unique=True)

    __table_args__ = (
        Index("ix_people_name", "name", "id"),
        Index("ix_people_department", "department", "name", "id"),
        Index("ix_people_location", "location", "name", "id"),
        # Covers the numbers beside the directory's filters.
        Index(
            "ix_people_listed_department",
            "department",
            "location",
            "is_bot",
            sqlite_where=deactivated_at.is_(None),
            postgresql_where=deactivated_at.is_(None),
        ),
        # Admins and guests are few.
        Index("ix_people_role", "role", "name", "id"),
        Index("ix_people_newest", "created_at", "id"),
        Index("ix_people_employee_number", "employee_number", unique=True),
        # Who left and is still over somebody: the org chart asks for them each time.
        Index(
            "ix_people_former",
            "id",
            sqlite_where=deactivated_at.is_not(None),
            postgresql_where=deactivated_at.is_not(None),
        ),
    )

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in and be written to."""
        return self.deactivated_at is None and not self.is_suspended

    @property
    def is_suspended(self) -> bool:
        """Whether the person may not come in for now."""
        return self.suspended_until is not None and self.suspended_until > now()

    @property
    def is_muted(self) -> bool:
        """Whether the person may read but not write for now."""
        return self.muted_until is not None and self.muted_until > now()

    @property
    def av(self) -> int:
        """The number of the colour behind the initials, 1 to 8, the same everywhere."""
        return avatar_colour(self.id)

    @property
    def initials(self) -> str:
        """The letters on the avatar."""
        return initials(self.name)


def avatar_colour(person_id: int) -> int:
    """Return the number of the avatar colour of a person, 1 to 8."""
    # Fibonacci hashing spreads neighbouring ids (Knuth, TAOCP 3, 6.4).
    return ((person_id * 2654435769) & 0xFFFFFFFF) * AVATAR_COLOURS // 2**32 + 1
