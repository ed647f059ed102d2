"""What guests may know of: the people whom they meet, and nothing else of the organisation.

Where they meet is for the rooms to say that hold places to meet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, false, or_, true

from enterprise_social.core import settings
from enterprise_social.people.models import Person

GUEST = "guest"
# Who brings guests in: admins alone, or owners into their channels as well.
BY_ADMINS, BY_OWNERS = "admins", "owners"
_SETTING = "people.guests_come_by"
# Given the viewer: which rows of Person they meet.
Meeting = Callable[[Any], ColumnElement[bool]]
_met: list[Meeting] = []
_read: list[Meeting] = []


def meets(condition: Meeting) -> Meeting:
    """Let a room say, as SQL over Person, whom a guest meets in what it holds."""
    _met.append(condition)
    return condition


def reads(condition: Meeting) -> Meeting:
    """Let a room say whose words a guest reads there; they are known of, but in no list."""
    _read.append(condition)
    return condition


def _known_way(value: Any) -> str:
    if value not in (BY_ADMINS, BY_OWNERS):
        raise ValueError("choose admins or owners")
    return str(value)


settings.define(_SETTING, BY_ADMINS, _known_way)


def guests_come_by() -> str:
    """Return who brings guests in: BY_ADMINS or BY_OWNERS."""
    return str(settings.get(_SETTING))


def is_guest(viewer: Any) -> bool:
    """Tell whether somebody is here as a guest; the installation, None, is not."""
    return viewer is not None and viewer.role == GUEST


def is_no_guest(viewer: Any) -> ColumnElement[bool]:
    """Return the same as a condition the other way round.

    For somebody it is true or false, so that the statements of colleagues stay as they are; for a
    statement that is built once it asks the parameter of the role.
    """
    role = viewer.role
    if isinstance(role, ColumnElement):
        return role != GUEST
    return false() if role == GUEST else true()


def met_by(viewer: Any) -> ColumnElement[bool]:
    """Return the condition for the people whom a guest finds in lists: whom they meet, and self."""
    return or_(Person.id == viewer.id, *(condition(viewer) for condition in _met))


def known_to(viewer: Any) -> ColumnElement[bool]:
    """Return the condition for all whom a guest knows of: also whose words alone they read."""
    return or_(met_by(viewer), *(condition(viewer) for condition in _read))
