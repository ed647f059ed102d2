"""Posts and channels as programs get them, by the API and over the socket alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from enterprise_social.channels import rules
from enterprise_social.channels.models import Channel
from enterprise_social.core.clock import rfc3339
from enterprise_social.feed.queries.cards import Card
from enterprise_social.files.queries import attachment_document
from enterprise_social.people.photos import url_of
from enterprise_social.reactions.counting import Counts
from enterprise_social.reactions.queries import mine


def post_writer(viewer_id: int, cards: Iterable[Card]) -> Callable[[Card], dict[str, Any]]:
    """Return what writes these posts as JSON for a viewer, with one query for all of them."""
    found = mine(viewer_id, [card.id for card in cards if card.reaction_counts])
    return lambda card: post_document(card, viewer_id, found.get(card.id, ()))


def reaction_documents(
    counts: Counts, chosen: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """Write how many reacted with what; ``me`` only where it is known what the viewer chose."""
    found = [{"emoji": each[0], "count": each[1]} for each in counts]
    if chosen is None:
        return found
    return [{**each, "me": each["emoji"] in chosen} for each in found]


def post_document(
    card: Card, viewer_id: int | None = None, chosen: Collection[str] = ()
) -> dict[str, Any]:
    """Write a post as JSON; ``client_id`` only for its author, where the viewer is known.

    ``chosen`` is what that viewer reacted with.
    """
    document: dict[str, Any] = {
        "id": card.id,
        "channel_id": card.channel_id,
        "seq": card.seq,
        "parent_id": card.parent_id,
        "type": card.type,
        "author": {
            "id": card.author_id,
            "username": card.author_username,
            "name": card.author_name,
            "avatar_url": url_of(card.author_id, card.author_photo, 96),
        },
        "body": card.body,
        "html": str(card.html),
        "created_at": rfc3339(card.created_at),
        "edited_at": rfc3339(card.edited_at),
        "deleted": card.deleted,
        "hidden": card.hidden,
        "locked": card.locked,
        "pinned": card.pinned,
        "also_in_channel": card.also_in_channel,
        "quoted_post_id": card.quoted_post_id,
        "mentions": card.mentions,
        "mentions_all": card.mentions_all,
        "mention_groups": card.mention_groups,
        "reply_count": card.reply_count,
        "last_reply_at": rfc3339(card.last_reply_at),
        "reactions": reaction_documents(
            card.reaction_counts, None if viewer_id is None else chosen
        ),
        "files": [attachment_document(file) for file in card.files],
    }
    if viewer_id is not None:
        document["client_id"] = card.client_id if card.author_id == viewer_id else None
    return document


def channel_document(channel: Channel) -> dict[str, Any]:
    """Write a channel as JSON, without anything that depends on who asks."""
    return {
        "id": channel.id,
        "slug": channel.slug,
        "name": channel.name,
        "kind": channel.kind,
        "topic": channel.topic,
        "purpose": channel.purpose,
        "seq": channel.seq,
        "archived": channel.archived,
        "member_count": channel.member_count,
        "created_at": rfc3339(channel.created_at),
        "rules": rules.document(channel),
    }
