"""What happens to announcements."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class AnnouncementPublished(Event):
    """It has its recipients, and the ladder begins."""

    announcement_id: int


@dataclass(frozen=True)
class AnnouncementEnded(Event):
    """All-clear, withdrawn or expired: no step follows."""

    announcement_id: int


@dataclass(frozen=True)
class PublishingDue(Event):
    """The time of a scheduled announcement has come."""

    announcement_id: int
    version: int


@dataclass(frozen=True)
class ExpiryDue(Event):
    """An announcement has reached its end."""

    announcement_id: int


@dataclass(frozen=True)
class LadderDue(Event):
    """Some recipients' next step is due. ``due`` is RFC 3339, and names the turn that is meant."""

    announcement_id: int
    due: str


@dataclass(frozen=True)
class DeliveriesQueued(Event):
    """There is something to send by this way."""

    way: str


@dataclass(frozen=True)
class RecipientAnswered(Event):
    """Somebody acknowledged or answered."""

    announcement_id: int
    person_id: int


@dataclass(frozen=True)
class HelpAsked(Event):
    """Somebody gave an answer that alerts."""

    announcement_id: int
    person_id: int


@dataclass(frozen=True)
class ApprovalAsked(Event):
    """An announcement waits for a second person's word."""

    announcement_id: int


@dataclass(frozen=True)
class ProgressMade(Event):
    """It reached somebody, or somebody saw it."""

    announcement_id: int
