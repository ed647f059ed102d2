"""Comments on announcements: what is said, and whether more may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.announcements import actions
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries.comments import thread_of
from enterprise_social.api.announcement_documents import written
from enterprise_social.api.announcements import THEIRS, UNKNOWN
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Flag, Items, Nullable, Text, identity
from enterprise_social.api.posts import BODY
from enterprise_social.api.queries import replies_to
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.channels.models import Channel
from enterprise_social.core.access import find
from enterprise_social.core.errors import Conflict
from enterprise_social.core.limits import POSTS
from enterprise_social.core.paging import Page
from enterprise_social.feed.queries import post_writer
from enterprise_social.feed.queries.cards import cards_by_id
from enterprise_social.files.models import MOST_FILES
from enterprise_social.people.models import Person
from enterprise_social.posts.models import LONGEST_CLIENT_ID


@call(
    "GET",
    "/announcements/{announcement_id}/comments",
    "List the comments, the oldest first",
    answer="[Post]",
    paged=True,
    refusals=UNKNOWN,
)
def list_comments(
    viewer: Person, *, announcement_id: int, limit: int, cursor: str | None
) -> dict[str, Any]:
    """They are posts: what is done with posts is done with them."""
    it = find(Announcement, announcement_id, viewer)
    thread = thread_of(it.id)
    if thread is None:
        return listing(Page([], None), lambda card: card)
    find(Channel, thread.channel_id, viewer)
    page = replies_to(thread.root_id, limit=limit, cursor=cursor)
    return listing(page, post_writer(viewer.id, page.items))


@call(
    "POST",
    "/announcements/{announcement_id}/comments",
    "Comment on an announcement",
    answer="Post",
    status=201,
    also={200: "Post"},
    limit=POSTS,
    body=Body(
        {
            "body": BODY,
            "client_id": Nullable(Text(LONGEST_CLIENT_ID, 1, "The sender's own name for it.")),
            "file_ids": Items(identity(), MOST_FILES, "The caller's own files, each sent once."),
        },
        required=["body"],
    ),
    refusals={
        **UNKNOWN,
        409: "Comments are closed, or the `client_id` stands for a post somewhere else.",
    },
)
def create_comment(viewer: Person, *, announcement_id: int, given: Mapping[str, Any]) -> Answer:
    """Whoever may read an announcement may comment on it while its comments are open."""
    it = find(Announcement, announcement_id, viewer)
    post, is_new = actions.comment(
        viewer,
        it,
        given["body"],
        client_id=given.get("client_id"),
        file_ids=given.get("file_ids", ()),
    )
    thread = thread_of(it.id)
    if thread is None or post.parent_id != thread.root_id:
        raise Conflict(_("This client_id was used for a post somewhere else."))
    card = cards_by_id([post.id])[post.id]
    document = post_writer(viewer.id, [card])(card)
    return created(document, f"{BASE}/posts/{post.id}") if is_new else Answer(document, 200)


@call(
    "PUT",
    "/announcements/{announcement_id}/comments",
    "Open or close the comments",
    answer="Announcement",
    body=Body({"open": Flag("Whether more may come; what was said stays.")}, required=["open"]),
    refusals={**THEIRS, 409: "It is not published, or has ended."},
)
def put_comments(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Its senders and admins may, as long as it goes on."""
    it = find(Announcement, announcement_id, viewer)
    return written(actions.set_comments(viewer, it, given["open"]), viewer)
