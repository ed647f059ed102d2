"""Where the pages of announcements stand, and how they find one."""

from __future__ import annotations

from flask import Blueprint

from enterprise_social.accounts import identity
from enterprise_social.announcements.models import Announcement
from enterprise_social.core.access import find
from enterprise_social.core.errors import AppError, Invalid
from enterprise_social.people.models import Person

HERE = "/announcements"
blueprint = Blueprint("announcements", __name__, url_prefix=HERE)


def found(announcement_id: int) -> tuple[Person, Announcement]:
    """Return who asks and the announcement. Raises NotFound for what isn't theirs to know of."""
    viewer = identity.signed_in()
    return viewer, find(Announcement, announcement_id, viewer)


def errors_of(error: AppError, field: str = "form") -> dict[str, list[str]]:
    """Return what a refused form says: at its fields, or at ``field`` for what has none."""
    return error.errors if isinstance(error, Invalid) and error.errors else {field: [error.detail]}
