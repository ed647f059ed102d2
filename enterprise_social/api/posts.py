"""Posts: lists, writing, editing, taking away, pins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.api.calls import BASE, call
from enterprise_social.api.channels import UNKNOWN
from enterprise_social.api.fields import Body, Choice, Flag, Items, Nullable, Text, identity
from enterprise_social.api.queries import card_for, pins_in, posts_in
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.channels.models import Channel
from enterprise_social.core.access import find
from enterprise_social.core.errors import Conflict
from enterprise_social.core.limits import POSTS
from enterprise_social.feed.queries import post_document, post_writer
from enterprise_social.feed.queries.cards import card_of, cards_by_id
from enterprise_social.files.models import MOST_FILES
from enterprise_social.people.models import Person
from enterprise_social.posts import actions
from enterprise_social.posts.models import LONGEST_BODY, LONGEST_CLIENT_ID, Post

# Longer ones are counted once line ends are as they will be stored.
MARKDOWN = "Markdown, 1 to 20,000 characters; with files it may be empty."
BODY = Text(2 * LONGEST_BODY, summary=MARKDOWN, raw=True)
NO_POST = {404: "No such post, or the caller may not know of it."}
CLOSED = {409: "The channel is archived, or the post was deleted."}


@call(
    "GET",
    "/channels/{channel_id}/posts",
    "List a channel's posts, the newest first",
    answer="[Post]",
    paged=True,
    query={"root_only": Flag("Leave the replies out.")},
    refusals=UNKNOWN,
)
def list_posts(
    viewer: Person, *, channel_id: int, limit: int, cursor: str | None, root_only: bool = False
) -> dict[str, Any]:
    """Deleted posts are listed, without their text, as long as there are replies to them."""
    channel = find(Channel, channel_id, viewer)
    page = posts_in(channel.id, root_only=root_only, limit=limit, cursor=cursor)
    return listing(page, post_writer(viewer.id, page.items))


@call(
    "POST",
    "/channels/{channel_id}/posts",
    "Write a post or a reply",
    answer="Post",
    status=201,
    also={200: "Post", 202: "Held"},
    limit=POSTS,
    body=Body(
        {
            "body": BODY,
            "parent_id": Nullable(identity("The post whose thread this is a reply in.")),
            "client_id": Nullable(Text(LONGEST_CLIENT_ID, 1, "The sender's own name for it.")),
            "also_in_channel": Flag("Show a reply in the channel's stream as well."),
            "quoted_post_id": Nullable(identity("A post of the same channel.")),
            "confirm_mention_all": Flag("Really call on everyone in a large channel."),
            "type": Choice(("post",)),
            "file_ids": Items(identity(), MOST_FILES, "The caller's own files, each sent once."),
        },
        required=["body"],
    ),
    refusals={
        **UNKNOWN,
        403: "The caller may not write here, by the channel's rules or otherwise.",
        409: "The channel is archived; the `client_id` stands for a post in another channel; or, "
        "with a `type` that ends in `confirm-mention-all` and the `count` of people, the post "
        "calls on everyone and `confirm_mention_all` was not sent.",
    },
)
def create_post(viewer: Person, *, channel_id: int, given: Mapping[str, Any]) -> Answer:
    """With a `client_id` it is safe to send again.

    The same author's same `client_id` answers 200 with the post that is there already. What has
    to be approved first is taken with 202.
    """
    wanted = {name: given[name] for name in given if name not in ("body", "type")}
    channel = find(Channel, channel_id, viewer)
    post, is_new = actions.create_post(viewer, channel, given["body"], **wanted)
    if post.channel_id != channel_id:
        raise Conflict(_("This client_id was used for a post in another channel."))
    if not is_new:
        return Answer(_document(post, viewer), 200)
    document = post_document(card_of(post, channel, viewer), viewer.id)
    return created(document, f"{BASE}/posts/{post.id}")


@call(
    "GET",
    "/channels/{channel_id}/pins",
    "List a channel's pinned posts, the newest pin first",
    answer="[Post]",
    paged=True,
    refusals=UNKNOWN,
)
def list_pins(viewer: Person, *, channel_id: int, limit: int, cursor: str | None) -> dict[str, Any]:
    """A channel has at most a hundred."""
    page = pins_in(find(Channel, channel_id, viewer).id, limit=limit, cursor=cursor)
    return listing(page, post_writer(viewer.id, page.items))


@call("GET", "/posts/{post_id}", "Read a post", answer="Post", refusals=NO_POST)
def get_post(viewer: Person, *, post_id: int) -> dict[str, Any]:
    """Of a deleted one nothing is left but that it was there."""
    card = card_for(viewer, post_id)
    return post_writer(viewer.id, [card])(card)


@call(
    "PATCH",
    "/posts/{post_id}",
    "Edit a post",
    answer="Post",
    also={202: "Held"},
    body=Body({"body": BODY}, required=["body"]),
    refusals={**NO_POST, 403: "Only its author may.", **CLOSED},
)
def patch_post(viewer: Person, *, post_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What it said before stays in its revisions. With 202 the edit waits for approval."""
    return _document(actions.edit_post(viewer, _post(viewer, post_id), given["body"]), viewer)


@call(
    "DELETE",
    "/posts/{post_id}",
    "Delete a post",
    refusals={**NO_POST, 403: "Only its author and those who lead the channel may.", **CLOSED},
)
def delete_post(viewer: Person, *, post_id: int) -> None:
    """It can be restored for a day."""
    actions.delete_post(viewer, _post(viewer, post_id))


@call(
    "POST",
    "/posts/{post_id}/restoration",
    "Bring a deleted post back",
    answer="Post",
    refusals={**NO_POST, 403: "Too late, or somebody else deleted it."},
)
def create_restoration(viewer: Person, *, post_id: int) -> dict[str, Any]:
    """Into its old place. A post that is there stays as it is."""
    return _document(actions.restore_post(viewer, _post(viewer, post_id)), viewer)


@call(
    "PUT",
    "/posts/{post_id}/pin",
    "Pin a post to its channel",
    answer="Post",
    refusals={**NO_POST, 403: "Only members may.", 409: "Archived, deleted, or too many pins."},
)
def put_pin(viewer: Person, *, post_id: int) -> dict[str, Any]:
    """In announcement channels those who lead it pin."""
    return _document(actions.set_pinned(viewer, _post(viewer, post_id), True), viewer)


@call(
    "DELETE",
    "/posts/{post_id}/pin",
    "Unpin a post",
    refusals={**NO_POST, 403: "Only members may.", 409: "The channel is archived."},
)
def delete_pin(viewer: Person, *, post_id: int) -> None:
    """Where it isn't pinned there is nothing to do."""
    actions.set_pinned(viewer, _post(viewer, post_id), False)


def _post(viewer: Person, post_id: int) -> Post:
    return find(Post, post_id, viewer)


def _document(post: Post, viewer: Person) -> dict[str, Any]:
    card = cards_by_id([post.id])[post.id]
    return post_writer(viewer.id, [card])(card)
