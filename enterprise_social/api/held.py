"""What waits for approval: one's own, and what one may approve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.wrappers import Response

from enterprise_social.api import wire
from enterprise_social.api.calls import blueprint, call
from enterprise_social.api.channels import UNKNOWN
from enterprise_social.api.fields import Body, Choice, Text
from enterprise_social.api.wire import Answer, listing
from enterprise_social.channels.models import Channel
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import rfc3339
from enterprise_social.feed.queries.held import own_held, waiting_in
from enterprise_social.people.models import Person
from enterprise_social.people.policy.rights import has_right
from enterprise_social.posts.actions import Held, approve_held, refuse_held, withdraw
from enterprise_social.posts.models import APPROVED, LONGEST_HELD_NOTE, REFUSED, HeldPost

NO_HELD = {404: "Nothing that waits, or that the caller may know of."}


@call(
    "GET",
    "/held",
    "List what one wrote that waits or was not approved",
    answer="[Held]",
    paged=True,
)
def list_own_held(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """The oldest first. What was approved is a post, and not listed."""
    return listing(own_held(viewer, cursor=cursor, limit=limit), held_document)


@call(
    "GET",
    "/channels/{channel_id}/held",
    "List what waits for approval in a channel",
    answer="[Held]",
    paged=True,
    refusals=UNKNOWN,
)
def list_held(viewer: Person, *, channel_id: int, limit: int, cursor: str | None) -> dict[str, Any]:
    """Of others, for those who lead it, the oldest first; for everyone else the list is empty."""
    channel = find(Channel, channel_id, viewer)
    page = waiting_in(viewer, channel, cursor=cursor, limit=limit)
    return listing(page, lambda each: held_document(each.held))


@call(
    "GET",
    "/held/organisation",
    "List what rules of the organisation hold back",
    answer="[Held]",
    paged=True,
    refusals={403: "Only those who judge everywhere."},
)
def list_organisation_held(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """Wherever it was written, conversations included: the oldest first."""
    require(has_right(viewer, "moderate"))
    page = waiting_in(viewer, None, cursor=cursor, limit=limit)
    return listing(page, lambda each: held_document(each.held))


@call(
    "PUT",
    "/held/{held_id}",
    "Approve what waits, or don't",
    answer="Held",
    body=Body(
        {
            "state": Choice((APPROVED, REFUSED)),
            "note": Text(LONGEST_HELD_NOTE * 4, summary="Why not, to its author."),
        },
        required=["state"],
    ),
    refusals={
        **NO_HELD,
        403: "Only those who lead the channel, or judge everywhere.",
        409: "It no longer waits, it is the caller's own, or it can't be a post any more.",
    },
)
def put_held(viewer: Person, *, held_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """Approved it is its author's post, as of now. Done twice it is done once."""
    held = find(HeldPost, held_id, viewer)
    if given["state"] == APPROVED:
        return held_document(approve_held(viewer, held))
    return held_document(refuse_held(viewer, held, given.get("note", "")))


@call("DELETE", "/held/{held_id}", "Take back what one wrote", refusals=NO_HELD)
def delete_held(viewer: Person, *, held_id: int) -> None:
    """Or put away what was not approved."""
    withdraw(viewer, find(HeldPost, held_id, viewer))


def held_document(held: HeldPost) -> dict[str, Any]:
    """Write something that waits."""
    return {
        "id": held.id,
        "channel_id": held.channel_id,
        "author_id": held.author_id,
        "parent_id": held.parent_id,
        "edits_id": held.edits_id,
        "post_id": held.post_id,
        "body": held.body,
        "client_id": held.client_id,
        "reason": held.reason,
        "state": held.state,
        "note": held.note,
        "created_at": rfc3339(held.created_at),
        "decided_at": rfc3339(held.decided_at),
    }


@blueprint.errorhandler(Held)
def _taken(error: Held) -> Response:
    return wire.respond(Answer(held_document(error.held), 202), 202)
