"""What happens to people."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class PersonCreated(Event):
    """Somebody new is in the organisation."""

    person_id: int


@dataclass(frozen=True)
class PersonChanged(Event):
    """What others see of a person changed; ``moved``: also who is above them."""

    person_id: int
    moved: bool = False


@dataclass(frozen=True)
class AddressChanged(Event):
    """Mail to somebody goes elsewhere now; ``before`` is the address that isn't theirs any more."""

    person_id: int
    before: str


@dataclass(frozen=True)
class RoleChanged(Event):
    """Somebody has another role in the organisation."""

    person_id: int
    before: str
    after: str


@dataclass(frozen=True)
class PersonDeactivated(Event):
    """Somebody left; what they wrote stays."""

    person_id: int


@dataclass(frozen=True)
class PersonReactivated(Event):
    """Somebody is back."""

    person_id: int


@dataclass(frozen=True)
class PersonSuspended(Event):
    """Somebody may not come in for a time; what they have open closes."""

    person_id: int


@dataclass(frozen=True)
class PersonBlocked(Event):
    """Somebody wants to hear nothing from somebody else from now on."""

    blocker_id: int
    blocked_id: int


@dataclass(frozen=True)
class FieldChanged(Event):
    """A field of all profiles is defined, shown, archived or asked for otherwise, or is gone.

    ``field`` is a built-in one's name or ``custom:<id>``.
    """

    field: str


@dataclass(frozen=True)
class GroupChanged(Event):
    """A group's name, rule, people or state changed."""

    group_id: int


@dataclass(frozen=True)
class DirectoryOutdated(Event):
    """These people are found by words that are no longer theirs, or not yet by all of theirs."""

    person_ids: list[int]


@dataclass(frozen=True)
class DirectoryMissing(Event):
    """The directory's index lacks everyone whose id is above ``after``."""

    after: int


@dataclass(frozen=True)
class PhotoChosen(Event):
    """Somebody's photo, or another part of it, is to be prepared under this token."""

    person_id: int
    token: str
    actor_id: int | None


@dataclass(frozen=True)
class PhotoDropped(Event):
    """A photo is shown no more; what is kept of it is under these keys."""

    keys: tuple[str, ...]


@dataclass(frozen=True)
class PhotoAged(Event):
    """A photo came in a day ago: time to ask whether it is anybody's."""

    key: str
