"""Which sockets hear which channel: put in, taken out, kept to who may hear it.

Kept as sets of this process's sockets, by channel and form: a connection in two hundred channels
costs some kilobytes and no query a channel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from flask import Flask

from enterprise_social.core.db import db
from enterprise_social.realtime import rights
from enterprise_social.realtime.registry import FORMS, Client

NOBODY: frozenset[Client] = frozenset()


class Seats:
    """The sockets of this process in the rooms of channels."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._heard_by: dict[str, dict[int, set[Client]]] = {form: {} for form in FORMS}
        # One number for all who are in a channel: each of its own would take memory.
        self._ids: dict[int, int] = {}

    def heard_by(self, channel_id: int, form: str) -> Sequence[Client]:
        """Return the sockets of one form that hear a channel."""
        return list(self._heard_by[form].get(channel_id, NOBODY))

    def is_heard(self, channel_id: int) -> bool:
        """Tell whether any socket hears a channel."""
        return any(clients.get(channel_id) for clients in self._heard_by.values())

    def put_in(self, client: Client, *channel_ids: int) -> None:
        """Let a socket hear channels; whether it may is asked once it is in."""
        heard_by = self._heard_by[client.form]
        for channel_id in channel_ids:
            known = self._ids.setdefault(channel_id, channel_id)
            client.channel_ids.add(known)
            heard_by.setdefault(known, set()).add(client)
        if client.gone:
            # It went away in between: nobody would take it out any more.
            self.forget(client)

    def take_out(self, client: Client, *channel_ids: int) -> None:
        """Let a socket hear channels no more."""
        heard_by = self._heard_by[client.form]
        for channel_id in channel_ids:
            client.channel_ids.discard(channel_id)
            heard_by.get(channel_id, set()).discard(client)

    def forget(self, client: Client) -> None:
        """Take a socket that went away out of everything."""
        client.gone = True
        self.take_out(client, *client.channel_ids)

    def inside(self, channel_id: int) -> Sequence[Client]:
        """Return all sockets that hear a channel."""
        return [client for form in FORMS for client in self.heard_by(channel_id, form)]

    def keep_members(self, channel_id: int, clients: Iterable[Client]) -> None:
        """Take those of the sockets out of a channel's room that may not hear it any more."""
        clients = list(clients)
        with self._app.app_context():
            members = rights.members_among(channel_id, {client.person_id for client in clients})
            db.session.remove()
        for client in clients:
            if client.person_id not in members:
                self.take_out(client, channel_id)

    def keep_lookers(self, clients: Iterable[Client]) -> None:
        """Let sockets hear no more of what they only look at, where they may not by now."""
        for client in clients:
            if client.looks_at is not None:
                self.keep_members(client.looks_at, [client])

    def keep_to(self, standing: Mapping[Client, Collection[int]]) -> None:
        """Let each of these sockets hear its channels, as they were looked up, and no others."""
        came: dict[int, list[Client]] = {}
        for client, channel_ids in standing.items():
            before = frozenset(client.channel_ids)
            self.take_out(client, *before.difference(channel_ids))
            new = [each for each in channel_ids if each not in before]
            self.put_in(client, *new)
            for channel_id in new:
                came.setdefault(channel_id, []).append(client)
        for channel_id, clients in came.items():
            # Entered first and checked then: some may have left since it was looked up.
            self.keep_members(channel_id, clients)

    def look_at(self, client: Client, channel_id: int | None) -> bool:
        """Let a socket hear of comments that it shows, and of no others; tell whether it may.

        Entered first and checked then, so that a withdrawal in between wins.
        """
        before, client.looks_at = client.looks_at, None
        if before is not None and before != channel_id:
            self.take_out(client, before)
            with self._app.app_context():
                is_member = rights.is_member(before, client.person_id)
                db.session.remove()
            if is_member:
                self.put_in(client, before)
                self.keep_members(before, [client])
        if channel_id is None:
            return True
        client.looks_at = channel_id
        self.put_in(client, channel_id)
        self.keep_members(channel_id, [client])
        return channel_id in client.channel_ids


def channel_room(channel_id: int, form: str) -> str:
    """Name the room of a channel's clients of one form."""
    return f"channel:{channel_id}:{form}"
