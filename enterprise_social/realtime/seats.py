"""Which sockets are in the room of which channel: put in, taken out, kept to who may hear it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from flask import Flask
from flask_socketio import SocketIO

from enterprise_social.core.db import db
from enterprise_social.realtime import rights
from enterprise_social.realtime.registry import Client

log = logging.getLogger(__name__)


class Seats:
    """The sockets of this process in the rooms of channels."""

    def __init__(self, app: Flask, socketio: SocketIO) -> None:
        self._app = app
        self._socketio = socketio

    def put_in(self, client: Client, channel_id: int) -> None:
        """Let a socket hear a channel; whether it may is asked once it is in."""
        client.channel_ids.add(channel_id)
        self._rooms("enter_room", client.sid, channel_room(channel_id, client.form))

    def take_out(self, client: Client, channel_id: int) -> None:
        """Let a socket hear a channel no more."""
        client.channel_ids.discard(channel_id)
        self._rooms("leave_room", client.sid, channel_room(channel_id, client.form))

    def keep_members(self, channel_id: int, clients: Sequence[Client]) -> None:
        """Take those of the sockets out of a channel's room that may not hear it any more."""
        with self._app.app_context():
            members = rights.members_among(channel_id, {client.person_id for client in clients})
            db.session.remove()
        for client in clients:
            if client.person_id not in members:
                self.take_out(client, channel_id)

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

    def _rooms(self, verb: str, sid: str, room: str) -> None:
        try:
            getattr(self._socketio.server, verb)(sid, room)
        except (KeyError, ValueError):
            # It went away in between; nothing is left to take from it.
            log.debug("socket %s is gone", sid)


def channel_room(channel_id: int, form: str) -> str:
    """Name the room of a channel's clients of one form."""
    return f"channel:{channel_id}:{form}"
