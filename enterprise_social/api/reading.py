"""Read positions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Whole
from enterprise_social.channels import actions
from enterprise_social.channels.models import Channel
from enterprise_social.core.access import find
from enterprise_social.people.models import Person


@call(
    "PUT",
    "/channels/{channel_id}/read",
    "Move one's read position forward",
    answer="ReadPosition",
    body=Body({"seq": Whole(0, summary="The last change that was seen.")}, required=["seq"]),
    refusals={404: "No such channel of the caller's."},
)
def put_read(viewer: Person, *, channel_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """It never moves back and never past the end. Answers where it stands now."""
    channel = find(Channel, channel_id, viewer)
    return {
        "channel_id": channel.id,
        "seq": actions.mark_read(viewer, channel, given["seq"]),
    }
