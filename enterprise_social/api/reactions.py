"""Reactions to posts, who reacted, and the emoji that one chooses from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api.calls import call
from enterprise_social.api.documents import person_document
from enterprise_social.api.fields import Body, Text, Whole
from enterprise_social.api.posts import NO_POST
from enterprise_social.api.wire import listing
from enterprise_social.core.access import find
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.errors import NotFound
from enterprise_social.feed.queries import post_writer
from enterprise_social.feed.queries.cards import cards_by_id
from enterprise_social.people.models import Person
from enterprise_social.posts import emoji as own
from enterprise_social.posts.models import CustomEmoji, Post
from enterprise_social.reactions import actions, queries
from enterprise_social.reactions.emoji import LONGEST_NAME, named
from enterprise_social.reactions.queries import Reactor

REACTIONS = "180/minute"
CLOSED = {
    403: "The caller is not in the channel, is muted, or nobody may write there for now.",
    409: "The channel is archived, the post was deleted or is hidden, or there are too many.",
}


@call(
    "PUT",
    "/posts/{post_id}/reactions/{emoji}",
    "React to a post",
    answer="Post",
    limit=REACTIONS,
    refusals={**NO_POST, **CLOSED},
)
def put_reaction(viewer: Person, *, post_id: int, emoji: str) -> dict[str, Any]:
    """With a shortcode (`thumbsup`), an alias of one (`+1`), or the characters themselves.

    A skin tone is part of the name: `wave::skin-tone-4`, from 2 to 6. Done already, it stays.
    """
    post = actions.react(viewer, find(Post, post_id, viewer), emoji)
    card = cards_by_id([post.id])[post.id]
    return post_writer(viewer.id, [card])(card)


@call(
    "DELETE",
    "/posts/{post_id}/reactions/{emoji}",
    "Take a reaction back",
    limit=REACTIONS,
    refusals={**NO_POST, **CLOSED},
)
def delete_reaction(viewer: Person, *, post_id: int, emoji: str) -> None:
    """One's own alone. Where there is none there is nothing to do."""
    actions.withdraw(viewer, find(Post, post_id, viewer), emoji)


@call(
    "GET",
    "/posts/{post_id}/reactions",
    "List who reacted to a post, the first at first",
    answer="[Reaction]",
    paged=True,
    query={"emoji": Text(LONGEST_NAME, 1, "Only those who chose this one.")},
    refusals=NO_POST,
)
def list_reactions(
    viewer: Person, *, post_id: int, limit: int, cursor: str | None, emoji: str = ""
) -> dict[str, Any]:
    """Of a deleted or hidden post nothing is listed, and nobody whom the caller can't know of."""
    post = find(Post, post_id, viewer)
    if post.deleted or post.hidden:
        raise NotFound()
    meant = named(emoji) if emoji else None
    name = meant.name if meant else emoji
    page = queries.reactors(viewer, post.id, name, cursor=cursor, limit=limit)
    return listing(page, _reactor)


@call(
    "GET",
    "/emoji",
    "List the organisation's own emoji by name",
    answer="[Emoji]",
    paged=True,
)
def list_emoji(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """Those that are retired too: they are shown where they stand, and offered no more."""
    del viewer
    return listing(own.listed(cursor, limit), emoji_document)


@call("GET", "/me/emoji", "Read what one likes to choose", answer="OwnEmoji")
def get_own_emoji(viewer: Person) -> dict[str, Any]:
    """The emoji that one reacted with lately, the newest first, and one's skin tone."""
    return {"recent": queries.recent_of(viewer.id), "tone": queries.tone_of(viewer.id)}


@call(
    "PUT",
    "/me/emoji",
    "Choose one's skin tone",
    answer="OwnEmoji",
    body=Body(
        {"tone": Whole(0, 6, "2 is the lightest, 6 the darkest, 0 none.")}, required=["tone"]
    ),
)
def put_own_emoji(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """The same on all of one's devices."""
    actions.set_tone(viewer, given["tone"])
    return get_own_emoji(viewer)


def emoji_document(one: CustomEmoji) -> dict[str, Any]:
    """Write one of the organisation's own emoji."""
    return {"name": one.name, "url": f"/emoji/{one.token}", "retired": one.retired_at is not None}


def _reactor(one: Reactor) -> dict[str, Any]:
    user = person_document(one.person)
    return {"emoji": one.emoji, "user": user, "at": rfc3339(one.at)}
