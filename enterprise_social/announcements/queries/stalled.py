"""Whether the ladder of an announcement stands still."""

from __future__ import annotations

from datetime import datetime, timedelta

from enterprise_social.announcements.models import Announcement
from enterprise_social.core.clock import now

# A worker that is busy, or was just started, is behind by less.
STALLED_AFTER = timedelta(minutes=10)


def stalled_since(announcement: Announcement) -> datetime | None:
    """Return when the step was due that nobody has carried out, None where all is well."""
    due = announcement.ladder_at
    if not announcement.is_open or due is None or now() - due < STALLED_AFTER:
        return None
    return due
