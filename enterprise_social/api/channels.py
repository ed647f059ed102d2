"""Channels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.actions import change_channel
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Choice, Field, Flag, Record, Text, Whole
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.channels import actions, queries
from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import Seat
from enterprise_social.channels.rules import APPROVALS, LONGEST_WAIT, WHO
from enterprise_social.core.access import find
from enterprise_social.people.models import Person

NAME, TOPIC, PURPOSE = Text(400), Text(1000), Text(2000)
KINDS = ("public", "private", "announcement")
RULES: Mapping[str, Field] = {
    **{name: Choice(WHO) for name in ("post", "reply", "mention_all", "invite")},
    "approval": Choice(APPROVALS, "Whose posts wait for those who lead."),
    "slow_seconds": Whole(0, LONGEST_WAIT, "Between two posts of a member."),
    "read_only": Flag("Nobody writes."),
    "guests_allowed": Flag("Whether guests may be in it."),
}
UNKNOWN = {404: "No such channel, or the caller may not know of it."}


@call(
    "GET",
    "/channels",
    "Browse channels, by name",
    answer="[Channel]",
    paged=True,
    query={
        "query": Text(200, summary="Part of name, slug or purpose."),
        "show": Choice(("all", "joined", "archived"), "Which ones.", default="all"),
    },
)
def list_channels(
    viewer: Person, *, limit: int, cursor: str | None, query: str = "", show: str = "all"
) -> dict[str, Any]:
    """Open channels and the private ones that one is in; direct conversations aren't listed."""
    page = queries.browse(viewer, text=query, show=show, cursor=cursor, limit=limit)
    return listing(page, lambda seat: documents.seat_document(seat, viewer))


@call(
    "POST",
    "/channels",
    "Make a channel",
    answer="Channel",
    status=201,
    body=Body(
        {"name": NAME, "purpose": PURPOSE, "topic": TOPIC, "kind": Choice(KINDS, default="public")},
        required=["name"],
    ),
    refusals={403: "Announcement channels are made by managers and admins."},
)
def create_channel(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """Whoever makes it is its first owner."""
    channel = actions.create_channel(viewer, **given)
    mine = queries.membership(channel.id, viewer.id)
    return created(
        documents.seat_document(Seat(channel, mine), viewer), f"{BASE}/channels/{channel.id}"
    )


@call("GET", "/channels/{channel_id}", "Read a channel", answer="Channel", refusals=UNKNOWN)
def get_channel(viewer: Person, *, channel_id: int) -> dict[str, Any]:
    """With the caller's membership in it, or null."""
    return documents.seat_document(queries.seat(viewer, channel_id=channel_id), viewer)


@call(
    "PATCH",
    "/channels/{channel_id}",
    "Change a channel",
    answer="Channel",
    body=Body(
        {
            "name": NAME,
            "topic": TOPIC,
            "purpose": PURPOSE,
            "archived": Flag(),
            "rules": Record(RULES, summary="Who may do what in it."),
        }
    ),
    refusals={**UNKNOWN, 403: "Only those who lead the channel may; its rules, its owners."},
)
def patch_channel(viewer: Person, *, channel_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't sent stays, of the rules as well.

    `archived` closes the channel for writing, or opens it again.
    """
    channel = change_channel(viewer, find(Channel, channel_id, viewer), **given)
    mine = queries.membership(channel.id, viewer.id)
    return documents.seat_document(Seat(channel, mine), viewer)


@call(
    "DELETE",
    "/channels/{channel_id}",
    "Archive a channel",
    refusals={**UNKNOWN, 403: "Only its owners and admins may."},
)
def delete_channel(viewer: Person, *, channel_id: int) -> None:
    """Nothing is lost: the channel is archived, as by `PATCH` with `archived: true`.

    It stays readable, nobody can write in it, and `archived: false` brings it back.
    """
    actions.set_archived(viewer, find(Channel, channel_id, viewer), True)
