"""What connected sockets may hear now, read anew for many of them at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select

from enterprise_social.accounts.models import AccessToken, SignInSession
from enterprise_social.accounts.secret_tokens import connection_id_of_token
from enterprise_social.announcements.queries.comments import readers_among
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.following.queries import storylines
from enterprise_social.people.models import Person
from enterprise_social.realtime.registry import Client

# Values in one statement, well under every database's limit.
CHUNK = 500


def of(clients: Sequence[Client]) -> dict[str, dict[int, int]]:
    """Return each socket's channels with their ``seq``; one that must be closed is left out."""
    known = _open_connections()
    channels: dict[int, dict[int, int]] = {}
    for person_id in _active({client.person_id for client in clients}):
        channels[person_id] = {}
    people = sorted(channels)
    for start in range(0, len(people), CHUNK):
        rows = db.session.execute(
            select(Membership.person_id, Channel.id, Channel.seq)
            .join(Channel, Channel.id == Membership.channel_id)
            .where(Membership.person_id.in_(people[start : start + CHUNK]))
        )
        for person_id, channel_id, seq in rows:
            channels[person_id][channel_id] = seq
    return {
        client.sid: channels[client.person_id]
        for client in clients
        if client.person_id in channels and client.session_id in known
    }


def still_signed_in(clients: Sequence[Client]) -> set[str]:
    """Return the sockets whose session or token is in force."""
    known = _open_connections()
    return {client.sid for client in clients if client.session_id in known}


def members_among(channel_id: int, person_ids: Collection[int]) -> set[int]:
    """Return which of the people are in a channel, or may read its comments or storyline."""
    found: set[int] = set()
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), CHUNK):
        statement = select(Membership.person_id).where(
            Membership.channel_id == channel_id,
            Membership.person_id.in_(wanted[start : start + CHUNK]),
        )
        found.update(db.session.execute(statement).scalars())
    others = found.symmetric_difference(wanted)
    if not others:
        return found
    return found | readers_among(channel_id, others) | storylines.readers_among(channel_id, others)


def is_member(channel_id: int, person_id: int) -> bool:
    """Tell whether somebody is in a channel."""
    return db.session.get(Membership, (channel_id, person_id), populate_existing=True) is not None


def _open_connections() -> set[int | None]:
    """Return the ids by which sockets are closed, of every session and token that is in force."""
    moment = now()
    sessions = select(SignInSession.id).where(SignInSession.expires_at > moment)
    unending = AccessToken.expires_at.is_(None)
    tokens = select(AccessToken.id).where(or_(unending, AccessToken.expires_at > moment))
    found: set[int | None] = set(db.session.execute(sessions).scalars())
    found.update(map(connection_id_of_token, db.session.execute(tokens).scalars()))
    return found


def _active(person_ids: Collection[int]) -> list[int]:
    found: list[int] = []
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), CHUNK):
        statement = select(Person.id).where(
            Person.id.in_(wanted[start : start + CHUNK]), Person.deactivated_at.is_(None)
        )
        found.extend(db.session.execute(statement).scalars())
    return found
