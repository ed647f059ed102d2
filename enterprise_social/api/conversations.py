"""Direct and group conversations: channels of kind `direct`, served by the calls of channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Items, identity
from enterprise_social.api.wire import Answer, created
from enterprise_social.channels.queries import Seat, membership
from enterprise_social.messages.actions import LARGEST, start_conversation
from enterprise_social.people.models import Person


@call(
    "POST",
    "/conversations",
    "Start a direct conversation, or find it",
    answer="Channel",
    status=201,
    also={200: "Channel"},
    body=Body({"user_ids": Items(identity(), LARGEST, "The others in it.")}, required=["user_ids"]),
)
def create_conversation(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """The same people always share one conversation; where there is one already it answers 200."""
    channel, is_new = start_conversation(viewer, given["user_ids"])
    seat = Seat(channel, membership(channel.id, viewer.id))
    document = documents.seat_document(seat, viewer)
    return created(document, f"{BASE}/channels/{channel.id}") if is_new else Answer(document, 200)
