"""What happens in moderation."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class CaseOpened(Event):
    """Something waits for those who judge."""

    case_id: int


@dataclass(frozen=True)
class CaseDue(Event):
    """The time has come by which a case should have been decided."""

    case_id: int


@dataclass(frozen=True)
class CaseChanged(Event):
    """A case was reported again, assigned, noted on, decided, appealed or judged."""

    case_id: int


@dataclass(frozen=True)
class DecisionMade(Event):
    """A case was decided: its author and those who reported it are told."""

    decision_id: int


@dataclass(frozen=True)
class DecisionUndone(Event):
    """A decision was taken back."""

    decision_id: int


@dataclass(frozen=True)
class AppealMade(Event):
    """Somebody says something against a decision."""

    appeal_id: int


@dataclass(frozen=True)
class AppealJudged(Event):
    """An appeal was judged: its author is told."""

    appeal_id: int
