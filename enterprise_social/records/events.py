"""What happens to what is kept, given out and erased."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class ExportAsked(Event):
    """An export waits for a second person's word."""

    export_id: int


@dataclass(frozen=True)
class ExportDecided(Event):
    """Somebody agreed to an export, or refused it."""

    export_id: int


@dataclass(frozen=True)
class ExportQueued(Event):
    """An export is to be made."""

    export_id: int


@dataclass(frozen=True)
class ExportMade(Event):
    """An export can be fetched, or could not be made."""

    export_id: int


@dataclass(frozen=True)
class ExportAged(Event):
    """An export has waited, or can be fetched, for long enough."""

    export_id: int


@dataclass(frozen=True)
class ExportDropped(Event):
    """Nobody may have this archive any more."""

    storage_key: str


@dataclass(frozen=True)
class AuditCheckAsked(Event):
    """Somebody wants to know whether the audit log is whole."""

    check_id: int


@dataclass(frozen=True)
class HeadGiven(Event):
    """The audit log's head of a day is to be brought to those who keep it."""

    day: str


@dataclass(frozen=True)
class RetentionDue(Event):
    """What is past its time is to be removed, in the channels after this one; a turn each."""

    run_id: int
    after_channel_id: int


@dataclass(frozen=True)
class ErasureStep(Event):
    """Somebody was erased; what takes its time is to be done."""

    erasure_id: int


@dataclass(frozen=True)
class PeopleMerged(Event):
    """Two accounts are one; what names the one that is closed is to name the other."""

    kept_id: int
    closed_id: int
