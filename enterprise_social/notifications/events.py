"""What happens to notifications."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class NotificationsMade(Event):
    """These lines are new, or have grown."""

    notification_ids: tuple[int, ...]


@dataclass(frozen=True)
class MailTime(Event):
    """Somebody's unread notifications may be due to be told by mail."""

    person_id: int


@dataclass(frozen=True)
class MailReady(Event):
    """These lines of somebody's go into one mail. ``at`` is RFC 3339, and names the mail."""

    person_id: int
    notification_ids: tuple[int, ...]
    at: str


@dataclass(frozen=True)
class DigestTime(Event):
    """Somebody's summary is due. ``due`` is RFC 3339, and names the turn that is meant."""

    person_id: int
    due: str


@dataclass(frozen=True)
class DigestReady(Event):
    """A summary of this time goes out; both ends are RFC 3339."""

    person_id: int
    since: str
    until: str
