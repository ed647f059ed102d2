"""Threads and histories: the replies to a post, and what it said before."""

from __future__ import annotations

from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.posts import NO_POST
from enterprise_social.api.queries import replies_to
from enterprise_social.api.wire import listing, page_of
from enterprise_social.core.access import find
from enterprise_social.core.errors import NotFound
from enterprise_social.feed.queries import post_writer
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.posts.queries import revisions


@call(
    "GET",
    "/posts/{post_id}/replies",
    "List the replies in a thread, the oldest first",
    answer="[Post]",
    paged=True,
    refusals=NO_POST,
)
def list_replies(viewer: Person, *, post_id: int, limit: int, cursor: str | None) -> dict[str, Any]:
    """A reply's own thread is that of the post which it answers."""
    post = find(Post, post_id, viewer)
    page = replies_to(post.parent_id or post.id, limit=limit, cursor=cursor)
    return listing(page, post_writer(viewer.id, page.items))


@call(
    "GET",
    "/posts/{post_id}/revisions",
    "List what a post said before, the newest first",
    answer="[Revision]",
    paged=True,
    refusals={404: "No such post, it was deleted or is hidden, or the caller may not know of it."},
)
def list_revisions(
    viewer: Person, *, post_id: int, limit: int, cursor: str | None
) -> dict[str, Any]:
    """The present text is the post's own and not among them."""
    post = find(Post, post_id, viewer)
    if post.deleted or (post.hidden and post.author_id != viewer.id):
        raise NotFound()
    page = page_of(revisions(post.id), lambda revision: (-revision.id,), limit, cursor)
    return listing(page, documents.revision_document)
