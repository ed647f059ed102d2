"""Drafts: what one has begun to write, kept for one's other devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.channels import UNKNOWN
from enterprise_social.api.fields import Body, Nullable, identity
from enterprise_social.api.posts import BODY
from enterprise_social.api.queries import drafts_of
from enterprise_social.api.wire import listing, page_of
from enterprise_social.channels.models import Channel
from enterprise_social.core.access import find
from enterprise_social.people.models import Person
from enterprise_social.posts import actions


@call("GET", "/drafts", "List one's drafts", answer="[Draft]", paged=True)
def list_drafts(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """By channel and thread, in channels that one may still see."""
    page = page_of(
        drafts_of(viewer),
        lambda draft: (draft.channel_id, draft.parent_id),
        limit,
        cursor,
        parts=2,
    )
    return listing(page, documents.draft_document)


@call(
    "PUT",
    "/channels/{channel_id}/draft",
    "Keep a draft",
    body=Body(
        {"body": BODY, "parent_id": Nullable(identity("The thread that it is a reply in."))},
        required=["body"],
    ),
    refusals=UNKNOWN,
)
def put_draft(viewer: Person, *, channel_id: int, given: Mapping[str, Any]) -> None:
    """One a channel and one a thread. An empty text throws it away, and so does sending."""
    channel = find(Channel, channel_id, viewer)
    actions.save_draft(viewer, channel, given["body"], parent_id=given.get("parent_id"))
