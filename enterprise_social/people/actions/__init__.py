"""Writes of people."""

from __future__ import annotations

from enterprise_social.people.actions.people import (
    create_person,
    deactivate_person,
    reactivate_person,
    set_role,
    update_person,
)
from enterprise_social.people.actions.presence import (
    set_blocked,
    set_hidden,
    set_status,
    set_undisturbed,
)

__all__ = [
    "create_person",
    "deactivate_person",
    "reactivate_person",
    "set_blocked",
    "set_hidden",
    "set_role",
    "set_status",
    "set_undisturbed",
    "update_person",
]
