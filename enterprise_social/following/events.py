"""What happens when people follow each other."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class PersonFollowed(Event):
    """Somebody follows somebody else from now on."""

    follower_id: int
    followed_id: int


@dataclass(frozen=True)
class PersonUnfollowed(Event):
    """Somebody follows somebody else no longer."""

    follower_id: int
    followed_id: int
