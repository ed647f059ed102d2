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
