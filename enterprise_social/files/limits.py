"""How large a file may be, and how much one person may keep."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.core.db import db
from enterprise_social.core.errors import TooLarge
from enterprise_social.files.models import File, Upload

MEGABYTE = 1024 * 1024
ENVELOPE = 128 * 1024  # what a form has beside its files


def largest() -> int:
    """Return the most bytes that one file may have."""
    return int(current_app.config["FILE_LIMIT_MB"]) * MEGABYTE


def largest_form() -> int:
    """Return the most bytes that a form with files may have."""
    return largest() + ENVELOPE


def share() -> int:
    """Return the most bytes that one person's files may have together."""
    return int(current_app.config["FILE_QUOTA_MB"]) * MEGABYTE


def used(person_id: int) -> int:
    """Return how many bytes somebody's files have, with what is on its way."""
    kept = select(func.coalesce(func.sum(File.size), 0)).where(
        File.owner_id == person_id, File.deleted_at.is_(None)
    )
    coming = select(func.coalesce(func.sum(Upload.size), 0)).where(
        Upload.owner_id == person_id, Upload.file_id.is_(None)
    )
    return int(db.session.execute(kept).scalar_one()) + int(db.session.execute(coming).scalar_one())


def check(person_id: int, size: int, *, counted: int = 0) -> None:
    """Raise TooLarge, with words of what the limit is, where a file may not be taken in.

    ``counted`` bytes of it are in what the person uses already.
    """
    if size > largest():
        raise TooLarge(
            _("A file may have at most %(most)s.", most=in_words(largest())), kind="file-too-large"
        )
    taken = used(person_id) - counted
    if taken + size > share():
        raise TooLarge(
            _(
                "You have used %(used)s of your %(most)s for files; there is no room for this one.",
                used=in_words(taken),
                most=in_words(share()),
            ),
            kind="file-quota",
        )


def in_words(size: int) -> str:
    """Write a size in bytes for people: ``1.4 MB``."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1024
        if value < 999.5 or unit == "GB":
            break
    return f"{value:.1f} {unit}" if value < 10 and value % 1 >= 0.05 else f"{value:.0f} {unit}"
