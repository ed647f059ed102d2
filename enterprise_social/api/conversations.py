"""Direct and group conversations: channels of kind `direct`, served by the calls of channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Flag, Items, Text, identity
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import Seat, membership
from enterprise_social.core.access import find
from enterprise_social.feed.queries.conversations import conversations
from enterprise_social.messages.actions import (
    LARGEST,
    add_people,
    make_channel_of,
    name_conversation,
    start_conversation,
)
from enterprise_social.people.models import Person

REFUSED = {
    403: "Somebody can't be reached.",
    404: "No such conversation of the caller's.",
    409: "It is a channel and not a conversation, or they are in it already.",
}


@call(
    "GET",
    "/conversations",
    "List one's conversations",
    answer="[Channel]",
    paged=True,
    query={"query": Text(100, summary="Part of its name, or of the name of somebody in it.")},
)
def list_conversations(
    viewer: Person, *, limit: int, cursor: str | None, query: str = ""
) -> dict[str, Any]:
    """Those with the newest post first."""
    page = conversations(viewer, text=query, cursor=cursor, limit=limit)
    return listing(page, lambda each: documents.conversation_document(each))


@call(
    "POST",
    "/conversations",
    "Start a direct conversation, or find it",
    answer="Channel",
    status=201,
    also={200: "Channel"},
    body=Body({"user_ids": Items(identity(), LARGEST, "The others in it.")}, required=["user_ids"]),
    refusals={403: "Somebody can't be reached."},
)
def create_conversation(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """The same people always share one conversation; where there is one already it answers 200."""
    return _answer(viewer, *start_conversation(viewer, given["user_ids"]))


@call(
    "PATCH",
    "/conversations/{channel_id}",
    "Name a conversation",
    answer="Channel",
    body=Body({"name": Text(400)}, required=["name"]),
    refusals=REFUSED,
)
def patch_conversation(
    viewer: Person, *, channel_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Without a name it is called after the people in it."""
    channel = name_conversation(viewer, find(Channel, channel_id, viewer), given["name"])
    return documents.seat_document(Seat(channel, membership(channel.id, viewer.id)), viewer)


@call(
    "POST",
    "/conversations/{channel_id}/people",
    "Talk with more people",
    answer="Channel",
    status=201,
    also={200: "Channel"},
    body=Body(
        {
            "user_ids": Items(identity(), LARGEST, "Who comes."),
            "history": Flag("Whether they read what was said so far."),
        },
        required=["user_ids", "history"],
    ),
    refusals=REFUSED,
)
def post_conversation_people(
    viewer: Person, *, channel_id: int, given: Mapping[str, Any]
) -> Answer:
    """With `history` they come into this conversation, which answers 200 and says so in a post.

    Without it the larger group has a conversation of its own, and this one stays as it is.
    """
    channel = find(Channel, channel_id, viewer)
    return _answer(
        viewer, *add_people(viewer, channel, given["user_ids"], history=given["history"])
    )


@call(
    "POST",
    "/conversations/{channel_id}/channel",
    "Make a private channel of a conversation",
    answer="Channel",
    body=Body({"name": Text(400)}, required=["name"]),
    refusals=REFUSED,
)
def post_conversation_channel(
    viewer: Person, *, channel_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """It keeps its id, its people and its posts. The caller leads it."""
    channel = make_channel_of(viewer, find(Channel, channel_id, viewer), given["name"])
    return documents.seat_document(Seat(channel, membership(channel.id, viewer.id)), viewer)


def _answer(viewer: Person, channel: Channel, is_new: bool) -> Answer:
    seat = Seat(channel, membership(channel.id, viewer.id))
    document = documents.seat_document(seat, viewer)
    return created(document, f"{BASE}/channels/{channel.id}") if is_new else Answer(document, 200)
