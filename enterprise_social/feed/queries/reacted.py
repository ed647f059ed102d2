"""What is told of reactions while people look on: the little that changes, in one query."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.posts.models import Post
from enterprise_social.reactions.counting import Chip, chips

# The name of the change, and of the event by which programs hear of it.
CHANGED = "reaction_changed"


@dataclass(frozen=True, slots=True)
class Reacted:
    """How many reacted to a post with what, as far as it is in sight."""

    post_id: int
    counts: list[list[Any]]
    in_sight: bool

    @property
    def chips(self) -> list[Chip]:
        """What stands under the post."""
        return chips(self.counts)


def reacted(channel_id: int, post_ids: Collection[int | None]) -> dict[int, Reacted]:
    """Return how those of the posts that (still) stand in a channel were reacted to."""
    if not post_ids:
        return {}
    statement = select(Post.id, Post.reaction_counts, Post.deleted_at, Post.hidden_at).where(
        Post.id.in_(post_ids), Post.channel_id == channel_id
    )
    found = {}
    for row in db.session.execute(statement):
        in_sight = row.deleted_at is None and row.hidden_at is None
        counts = row.reaction_counts if in_sight else []
        found[row.id] = Reacted(row.id, counts, in_sight)
    return found
