"""The changes of a channel, for clients that missed some."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from enterprise_social.api.calls import call
from enterprise_social.api.channels import UNKNOWN
from enterprise_social.api.fields import Whole
from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import changes_after, log_reaches
from enterprise_social.core.access import find
from enterprise_social.core.errors import Gone
from enterprise_social.core.paging import decode, encode
from enterprise_social.feed.queries.events import event_documents
from enterprise_social.people.models import Person


@call(
    "GET",
    "/channels/{channel_id}/events",
    "Catch up with a channel's changes",
    answer="EventList",
    paged=True,
    query={"after": Whole(0, summary="The `seq` of the last change that is known.", default=0)},
    refusals={
        **UNKNOWN,
        410: "The log no longer reaches back to `after`. `seq` says where the channel stands: read "
        "the channel anew and go on from there.",
    },
)
def list_events(
    viewer: Person, *, channel_id: int, limit: int, cursor: str | None, after: int = 0
) -> dict[str, Any]:
    """Every change after `after`, in order and without gaps, from the rows as they are now.

    The items are what the socket sends under the name in `type`. Ask again with the last item's
    `seq`, or with the cursor, until `next_cursor` is null.
    """
    channel = find(Channel, channel_id, viewer)
    if cursor:
        (after,) = decode(cursor, int)
    if not log_reaches(channel, after):
        detail = _("The log of changes no longer reaches back that far.")
        raise Gone(detail, extra={"seq": channel.seq})
    log = changes_after(channel.id, after, limit)
    # What was written since the channel was read is not lost: the next page begins after this one.
    more = len(log) == limit and log[-1].seq < channel.seq
    return {
        "items": event_documents(channel, log),
        "next_cursor": encode(log[-1].seq) if more else None,
        "seq": channel.seq,
    }
