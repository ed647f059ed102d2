"""The changes of a channel as programs get them, over the socket and by the API alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from enterprise_social.channels.models import Change, Channel, Membership
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.db import db
from enterprise_social.feed.queries.cards import Card, cards_by_id
from enterprise_social.feed.queries.documents import (
    channel_document,
    post_document,
    reaction_documents,
)
from enterprise_social.feed.queries.reacted import CHANGED, Reacted, reacted

# A restored post is an update to programs; pages must put it back where it stood.
EVENT_NAMES = {"post_restored": "post_updated", "post_moved": "post_updated"}


def event_documents(channel: Channel, log: Sequence[Change]) -> list[dict[str, Any]]:
    """Write changes of a channel from the rows as they are now, in a fixed number of queries."""
    others = [change for change in log if change.type != CHANGED]
    shown = cards_here(channel.id, (change.post_id for change in others if change.post_id))
    roles = roles_of(channel.id, [change.person_id for change in others if change.person_id])
    states = reacted(channel.id, {each.post_id for each in log if each.type == CHANGED})
    return [
        reaction_event(change, states)
        if change.type == CHANGED
        else event_of(change, shown, channel, roles)
        for change in log
    ]


def reaction_event(change: Change, states: Mapping[int, Reacted]) -> dict[str, Any]:
    """Write a change of reactions as programs get it: all that stand under the post by now."""
    state = states.get(change.post_id or 0)
    return {
        "channel_id": change.channel_id,
        "seq": change.seq,
        "type": change.type,
        "at": rfc3339(change.at),
        "post_id": change.post_id,
        "user_id": change.person_id,
        "reactions": reaction_documents(state.counts if state else []),
    }


def cards_here(channel_id: int, ids: Iterable[int]) -> dict[int, Card]:
    """Return the cards of those of the posts that (still) stand in a channel."""
    found = cards_by_id(ids)
    return {each: card for each, card in found.items() if card.channel_id == channel_id}


def event_of(
    change: Change, shown: Mapping[int, Card], channel: Channel | None, roles: Mapping[int, str]
) -> dict[str, Any]:
    """Write one change as programs get it."""
    event: dict[str, Any] = {
        "channel_id": change.channel_id,
        "seq": change.seq,
        "type": EVENT_NAMES.get(change.type, change.type),
        "at": rfc3339(change.at),
    }
    card = shown.get(change.post_id or 0)
    if change.post_ids is not None:
        event["post_ids"] = change.post_ids
    elif change.post_id is not None:
        event["post_id"] = change.post_id
        event["post"] = post_document(card) if card else None
        if card is None:
            # It is gone for good, or stands in another channel now.
            event["type"] = "post_deleted"
    elif change.type == "membership_changed":
        role = roles.get(change.person_id or 0)
        event["user_id"] = change.person_id
        event["state"] = "joined" if role else "left"
        event["role"] = role
        event["member_count"] = channel.member_count if channel else 0
    elif change.type == "members_changed":
        event["member_count"] = channel.member_count if channel else 0
    elif channel is not None:
        event["channel"] = channel_document(channel)
    return event


def roles_of(channel_id: int, person_ids: Sequence[int]) -> dict[int, str]:
    """Return the present roles in a channel of those of the people who are in it."""
    if not person_ids:
        return {}
    rows = db.session.execute(
        select(Membership.person_id, Membership.role).where(
            Membership.channel_id == channel_id, Membership.person_id.in_(set(person_ids))
        )
    )
    return {row.person_id: row.role for row in rows}
