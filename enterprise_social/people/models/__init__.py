"""The tables of people."""

from __future__ import annotations

from enterprise_social.people.models.people import (
    AVATAR_COLOURS,
    ROLES,
    Person,
    avatar_colour,
)
from enterprise_social.people.models.presence import Block, Status

__all__ = ["AVATAR_COLOURS", "ROLES", "Block", "Person", "Status", "avatar_colour"]
