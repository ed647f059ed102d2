"""What happens to what is brought in."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class PeopleImportStep(Event):
    """A list of people waits for its next step: to be read, or to be carried out further.

    ``turn`` is that of the import when it was asked for; once it has grown the step is over.
    """

    import_id: int
    turn: int


@dataclass(frozen=True)
class ReactionsWait(Event):
    """Posts after this one may have reactions that an older version imported as they were."""

    after_id: int


@dataclass(frozen=True)
class PeopleImportAged(Event):
    """A list of people has been kept for as long as lists are kept."""

    import_id: int


@dataclass(frozen=True)
class PeopleImportClosed(Event):
    """Nobody needs the file of a list of people any more."""

    storage_key: str
