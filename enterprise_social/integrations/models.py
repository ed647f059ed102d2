"""What is brought in by hand: lists of people, with what would come of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

IMPORT_STATES = ("reading", "ready", "confirmed", "done", "failed", "cancelled")
LINE_KINDS = ("create", "change", "reactivate", "unchanged", "refused", "missing")
LINE_STATES = ("read", "waiting", "manager", "done", "refused", "left", "kept")


class PeopleImport(Base):
    """A CSV file of people: read, shown, and carried out only when somebody confirms it.

    ``created_by_id`` is None for the command line. ``report`` holds what was found out about the
    file and the counts. ``turn`` grows with each step that the worker is to do, so that a step that
    comes twice is done once; ``done_rows`` says how far the reading or the writing has come.
    """

    __tablename__ = "people_imports"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    confirmed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    filename: Mapped[str] = mapped_column(String(255))
    storage_key: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="reading", index=True)
    turn: Mapped[int] = mapped_column(default=0)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    columns: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    report: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    row_count: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PeopleImportLine(Base):
    """One line of such a file, or (``line`` 0) somebody who is missing from it.

    ``kind`` says what is to come of it, ``state`` how far that is: ``waiting``; ``manager`` where
    only the manager is left to be set, which comes when everybody is there; ``done``; ``refused``,
    at the reading or when it was to be written; ``left`` where there is nothing to do; ``kept``
    for who is missing and must stay. ``depth`` is the number of managers over somebody in the end:
    managers are set from the top downwards, so that no loop is made on the way.
    """

    __tablename__ = "people_import_lines"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people_imports.id", ondelete="CASCADE")
    )
    line: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12), default="")
    state: Mapped[str] = mapped_column(String(12), default="read")
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    depth: Mapped[int] = mapped_column(default=0)
    # What the line gives, cleaned: ``{field: value}``.
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # What it would change, as people read it: ``{field: [before, after]}``.
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # ``[field or "", sentence]``
    problems: Mapped[list[list[str]]] = mapped_column(JSON, default=list)

    __table_args__ = (
        Index("ix_people_import_lines_kind", "import_id", "kind", "id"),
        Index("ix_people_import_lines_state", "import_id", "state", "depth", "id"),
        Index("ix_people_import_lines_line", "import_id", "line"),
    )
