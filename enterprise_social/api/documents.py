"""People, memberships, tokens and drafts as programs get them."""

from __future__ import annotations

from typing import Any

from flask import g

from enterprise_social.accounts import identity
from enterprise_social.accounts.models import AccessToken
from enterprise_social.channels.models import Membership
from enterprise_social.channels.queries import Member, Seat, others_in
from enterprise_social.core.clock import rfc3339
from enterprise_social.feed.queries import RailItem, channel_document
from enterprise_social.feed.queries.conversations import Conversation
from enterprise_social.feed.queries.rail import direct_name
from enterprise_social.people import photos, policy
from enterprise_social.people.models import Person
from enterprise_social.people.queries.fields import hidden_names
from enterprise_social.posts.models import Draft, Revision


def hidden() -> frozenset[str]:
    """Return the built-in fields that the organisation doesn't use, asked for once a request."""
    names: frozenset[str] | None = g.get("hidden_names")
    if names is None:
        names = g.hidden_names = hidden_names()
    return names


def _shows_lines() -> bool:
    return policy.may_see_lines(identity.current_person())


def person_document(person: Person) -> dict[str, Any]:
    """Write somebody as every colleague may know them, without what only a profile shows."""
    document = {
        "id": person.id,
        "username": person.username,
        "name": person.name,
        "role": person.role,
        "email": person.email,
        "title": person.title,
        "department": person.department,
        "location": person.location,
        "pronouns": person.pronouns,
        "phone": person.phone,
        "time_zone": person.time_zone,
        "manager_id": person.manager_id if _shows_lines() else None,
        "avatar_url": photos.url_of(person.id, person.photo, 96),
        "bot": person.is_bot,
        "active": person.is_active,
        "created_at": rfc3339(person.created_at),
    }
    return document | {name: "" for name in hidden() if name in document}


def membership_document(mine: Membership) -> dict[str, Any]:
    """Write somebody's membership for themselves."""
    return {
        "channel_id": mine.channel_id,
        "user_id": mine.person_id,
        "role": mine.role,
        "notify": mine.notify,
        "starred": mine.starred,
        "read_seq": mine.read_seq,
        "joined_at": rfc3339(mine.joined_at),
    }


def member_document(member: Member) -> dict[str, Any]:
    """Write a member as the others in the channel see them."""
    return {
        "user": person_document(member.person),
        "role": member.role,
        "joined_at": rfc3339(member.joined_at),
    }


def seat_document(seat: Seat, viewer: Person) -> dict[str, Any]:
    """Write a channel with the viewer's membership in it."""
    document = channel_document(seat.channel)
    if seat.channel.kind == "direct" and not seat.channel.name:
        others = others_in([seat.channel.id], viewer.id).get(seat.channel.id, [])
        document["name"] = direct_name(others)
    mine = seat.membership
    document["membership"] = None if mine is None else membership_document(mine)
    return document


def conversation_document(found: Conversation) -> dict[str, Any]:
    """Write one of somebody's conversations as a channel."""
    document = channel_document(found.channel)
    document.update(name=found.name, membership=membership_document(found.membership))
    return document


def token_document(token: AccessToken) -> dict[str, Any]:
    """Write an access token without its text."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes,
        "created_at": rfc3339(token.created_at),
        "last_used_at": rfc3339(token.last_used_at),
        "expires_at": rfc3339(token.expires_at),
    }


def draft_document(draft: Draft) -> dict[str, Any]:
    """Write what somebody has begun to write."""
    return {
        "channel_id": draft.channel_id,
        "parent_id": draft.parent_id or None,
        "body": draft.body,
        "updated_at": rfc3339(draft.updated_at),
    }


def revision_document(revision: Revision) -> dict[str, Any]:
    """Write what a post said before an edit."""
    return {
        "id": revision.id,
        "editor_id": revision.editor_id,
        "body": revision.body,
        "html": revision.html,
        "replaced_at": rfc3339(revision.replaced_at),
    }


def unread_document(item: RailItem) -> dict[str, Any]:
    """Write how far somebody has read a channel."""
    return {
        "channel_id": item.channel_id,
        "unread": item.unread,
        "mentions": item.mentions,
        "read_seq": item.read_seq,
        "seq": item.seq,
    }
