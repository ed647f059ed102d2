"""Writes of people."""

from __future__ import annotations

from enterprise_social.people.actions.people import (
    create_person,
    deactivate_person,
    reactivate_person,
    set_role,
    update_person,
)

__all__ = [
    "create_person",
    "deactivate_person",
    "reactivate_person",
    "set_role",
    "update_person",
]
