"""What happens to reactions."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class Reacted(Event):
    """Somebody reacted to a post."""

    post_id: int
    person_id: int


@dataclass(frozen=True)
class ReactionWithdrawn(Event):
    """Somebody took a reaction back."""

    post_id: int
    person_id: int


@dataclass(frozen=True)
class ReactionsTurned(Event):
    """A post has its first reaction, or no more."""

    post_id: int
