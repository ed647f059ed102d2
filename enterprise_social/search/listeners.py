"""What happens to posts goes into the index."""

from __future__ import annotations

from flask import Flask

from enterprise_social.core.events import after
from enterprise_social.posts.events import (
    PostCreated,
    PostDeleted,
    PostHidden,
    PostRestored,
    PostShown,
    PostsImported,
    PostsPurged,
    PostUpdated,
)
from enterprise_social.reactions.events import ReactionsTurned
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine

OfPost = (
    PostCreated
    | PostUpdated
    | PostDeleted
    | PostRestored
    | PostHidden
    | PostShown
    | ReactionsTurned
)


@after(
    PostCreated,
    PostUpdated,
    PostDeleted,
    PostRestored,
    PostHidden,
    PostShown,
    ReactionsTurned,
    batch=100,
)
def index_posts(events: list[OfPost]) -> None:
    """Index the posts as they are now, in one go: the order of the events doesn't matter."""
    indexing.update(engine(), [event.post_id for event in events])


@after(PostsImported, PostsPurged)
def index_imported(event: PostsImported | PostsPurged) -> None:
    """Index what came in at once, or take it out."""
    size = 2_000
    for start in range(0, len(event.post_ids), size):
        indexing.update(engine(), event.post_ids[start : start + size])


def register(app: Flask) -> None:
    """The listeners are known once this module is loaded."""
    del app
