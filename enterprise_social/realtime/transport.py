"""Carries messages to sockets, and control commands to every process.

Several processes share one Redis channel for both, so that another process carries out what one
process did in the same order: who was removed is out before what was posted later comes.
Socket.IO's own queue would be a second channel beside the commands: the two could overtake.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from enterprise_social.core import fragments, live, outbox, settings
from enterprise_social.core.db import db
from enterprise_social.core.outages import DATABASE_AWAY
from enterprise_social.core.shared import redis_client
from enterprise_social.notifications.queries.lists import unread_counts_of
from enterprise_social.realtime import rights
from enterprise_social.realtime.anew import Anew
from enterprise_social.realtime.registry import Client, Registry
from enterprise_social.realtime.seats import Seats
from enterprise_social.realtime.sending import Sending

log = logging.getLogger(__name__)
CHANNEL = "enterprise-social:live"
# How what another process says begins.
HEAD = re.compile(rb'\{"from": "(\w+)", "room": "(?:channel:(\d+):(\w+)")?')
# After a failure to publish, the next attempt waits this long: each could take seconds.
AWAY_SECONDS = 1.0
# How often sessions and tokens are looked for that ended by themselves, while there is news.
LOOK_AGAIN_SECONDS = 60.0


class SocketTransport:
    """Socket.IO's rooms in this process; the same in the others by Redis, where there is one."""

    def __init__(self, app: Flask, socketio: SocketIO, registry: Registry) -> None:
        self._app = app
        self._socketio = socketio
        self._registry = registry
        self.seats = Seats(app)
        self.sending = Sending(socketio, registry, self.seats)
        self._redis = redis_client(app)
        self.name = secrets.token_hex(8)
        self._listening = threading.Lock()
        self._telling = threading.Lock()
        # Whether the others must look at everything anew, and how often they were not told.
        self._untold = False
        self._missed = 0
        self._seen: dict[int, int] = {}
        self._look_again_at = 0.0
        # What else brings up to date whoever is connected here, once all was looked at anew.
        self.after_looking: list[Callable[[], None]] = []
        self._anew = Anew(self.look_at_everything)
        self._commands: dict[str, Callable[..., None]] = {
            "send": self.send,
            "sign_out": self.sign_out,
            "sign_out_session": self.sign_out_session,
            "enter": self.enter,
            "leave": self.leave,
            "reseat": self.reseat,
            "recheck": self.recheck,
            "look_at_everything": self.look_at_everything,
            live.LOOK_SOON: self._anew.soon,
            "wake": outbox.wake.set_local,
            settings.COMMAND: lambda: settings.forget(app),
            fragments.COMMAND: lambda: fragments.forget(app),
        }

    def add_command(self, command: str, function: Callable[..., None]) -> None:
        """Let other parts carry out a command, here and in every process."""
        self._commands[command] = function

    def emit(self, event: str, payload: Any, room: str) -> None:
        """Send to a room, on all processes."""
        self.control("send", {"event": event, "payload": payload, "room": room})

    def control(self, command: str, arguments: dict[str, Any]) -> None:
        """Carry a command out here and have the other processes do the same."""
        self._commands[command](**arguments)
        if self._redis is None:
            return
        with self._telling:
            if self._untold:
                # Redis is away: each attempt could take seconds.
                self._missed += 1
                return
        if not self._publish(command, arguments):
            with self._telling:
                first, self._untold = not self._untold, True
            if first:
                self._tell_later()

    def _publish(self, command: str, arguments: dict[str, Any]) -> bool:
        # The first two first: whom it does not concern needn't read the rest.
        room = arguments.get("room", "") if command == "send" else ""
        message = {"from": self.name, "room": room, "command": command, "arguments": arguments}
        try:
            self._redis.publish(CHANNEL, json.dumps(message))  # type: ignore[union-attr]
        except Exception as error:  # noqa: BLE001 - away in whatever way
            log.warning("the other processes were not told: %s", type(error).__name__)
            return False
        return True

    def _tell_later(self) -> None:
        timer = threading.Timer(AWAY_SECONDS, self._tell_again)
        timer.daemon = True
        timer.start()

    def _tell_again(self) -> None:
        missed = self._missed
        # They may have heard Redis all along, and missed only us: a sign-out, for one.
        told = self._publish("look_at_everything", {})
        with self._telling:
            if told and self._missed == missed:
                self._untold = False
                return
        self._tell_later()

    def is_heard(self, channel_id: int) -> bool:
        """Tell whether anybody may hear a channel: here, or in another process."""
        return self._redis is not None or self.seats.is_heard(channel_id)

    def send(self, event: str, payload: Any, room: str, skip: str | None = None) -> None:
        """Send to the clients of this process in a room."""
        self._close_whoever_ran_out()
        if room.startswith("channel:") and "seq" in payload:
            first = payload.get("first", payload["seq"])
            self._keep_out_whoever_left(payload["channel_id"], first, payload["seq"])
        self.sending.to_room(event, payload, room, skip)

    def send_to_others(self, event: str, payload: Any, room: str, sid: str) -> None:
        """Send to a room on all processes, but not back to the client that caused it."""
        self.control("send", {"event": event, "payload": payload, "room": room, "skip": sid})

    def sign_out(self, person_id: int) -> None:
        """Close all of somebody's sockets."""
        for client in self._registry.of_person(person_id):
            self.close(client)

    def sign_out_session(self, session_id: int) -> None:
        """Close the sockets of one signed-in browser."""
        for client in self._registry.all():
            if client.session_id == session_id:
                self.close(client)

    def enter(self, person_id: int, channel_id: int) -> None:
        """Put somebody's sockets into a channel's room.

        Checked once they are in: with several writers their leaving may have come here first.
        """
        clients = self._registry.of_person(person_id)
        for client in clients:
            self.seats.put_in(client, channel_id)
        if clients:
            self.seats.keep_members(channel_id, clients)

    def leave(self, person_id: int, channel_id: int) -> None:
        """Take somebody's sockets out of a channel's room."""
        for client in self._registry.of_person(person_id):
            self.seats.take_out(client, channel_id)

    def reseat(self, channel_id: int) -> None:
        """Put everyone's sockets into a channel's room or out of it, as the members are now.

        For many who came or left at once: it costs by who is connected here.
        """
        clients = self._registry.all()
        with self._app.app_context():
            members = rights.members_among(channel_id, {client.person_id for client in clients})
            db.session.remove()
        came: list[Client] = []
        for client in clients:
            is_in, is_member = channel_id in client.channel_ids, client.person_id in members
            if is_in and not is_member:
                self.seats.take_out(client, channel_id)
            elif is_member and not is_in:
                self.seats.put_in(client, channel_id)
                came.append(client)
            else:
                continue
            state = "joined" if is_member else "left"
            told = {"channel_id": channel_id, "user_id": client.person_id, "state": state}
            self._socketio.emit("membership_changed", told, to=client.sid)
        if came:
            # As for one: their leaving may have come here first.
            self.seats.keep_members(channel_id, came)

    def close(self, client: Client) -> None:
        """End a socket and say why."""
        self._socketio.emit("signed_out", {}, to=client.sid)
        self._socketio.server.disconnect(client.sid)
        self.forget(client.sid)

    def forget(self, sid: str) -> None:
        """Keep nothing more of a socket that is over."""
        client = self._registry.remove(sid)
        if client is not None:
            self.seats.forget(client)

    def listen(self) -> None:
        """Begin to hear the other processes; does nothing without Redis."""
        if self._redis is None or not self._listening.acquire(blocking=False):
            return
        # By the bus: what wakes is a request's thread, which must not wait for Redis.
        bus = self._app.extensions["live"]
        outbox.wake.remote = lambda: bus.put("control", "wake", {})
        threading.Thread(target=self._hear, name="control", daemon=True).start()

    def look_at_everything(self) -> None:
        """Take from all sockets what they no longer may have, and tell them where things stand.

        For whatever was said while this process could not hear it.
        """
        clients = self._registry.all()
        with self._app.app_context():
            standing = rights.of(clients)
            unread = unread_counts_of({client.person_id for client in clients})
            db.session.remove()
        found = {each: standing[each.sid] for each in clients if each.sid in standing}
        for client in clients:
            if client not in found:
                self.close(client)
        self.seats.keep_to(found)
        for client, channels in found.items():
            ready = {
                "user_id": client.person_id,
                "channels": channels,
                "unread": unread[client.person_id],
            }
            self._socketio.emit("ready", ready, to=client.sid)
        for told_again in self.after_looking:
            told_again()

    def _hear(self) -> None:
        first = True
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as heard:  # type: ignore[union-attr]
                    heard.subscribe(CHANNEL)
                    if not first:
                        self.look_at_everything()
                    first = False
                    while True:
                        message = heard.get_message(timeout=15)
                        if message is not None:
                            self._carry_out(message)
            except Exception as error:  # noqa: BLE001 - away in whatever way
                log.warning("the other processes can't be heard: %s", type(error).__name__)
                time.sleep(AWAY_SECONDS)

    def _carry_out(self, heard: dict[str, Any]) -> None:
        if not self._concerns(heard["data"]):
            return
        try:
            message = json.loads(heard["data"])
            if message["from"] != self.name:
                self._commands[message["command"]](**message["arguments"])
        except DATABASE_AWAY as error:
            log.warning("what another process said waits: %s", type(error).__name__)
            self._anew.soon()
        except Exception:
            # One that this version doesn't know, for one: the next ones are still heard.
            log.exception("what another process said could not be carried out")

    def _concerns(self, data: bytes) -> bool:
        """Tell whether a message is another's, and to somebody who is connected here.

        Of the changes of a channel that nobody hears none is noted either: who comes into it is
        looked up then, and once more before the next change is sent.
        """
        head = HEAD.match(data)
        if head is None:
            return True
        sender, channel_id, form = head.groups()
        if sender == self.name.encode():
            return False
        return channel_id is None or bool(self.seats.heard_by(int(channel_id), form.decode()))

    def _close_whoever_ran_out(self) -> None:
        """Close the sockets whose time to be signed in is over: nobody tells of that."""
        moment = time.monotonic()
        if moment < self._look_again_at:
            return
        self._look_again_at = moment + LOOK_AGAIN_SECONDS
        clients = self._registry.all()
        with self._app.app_context():
            open_ones = rights.still_signed_in(clients)
            db.session.remove()
        for client in clients:
            if client.sid not in open_ones:
                self.close(client)

    def _keep_out_whoever_left(self, channel_id: int, first: int, seq: int) -> None:
        """Before the changes ``first`` to ``seq`` are sent: was every one before them told here?

        If not, somebody's leaving may be among the missing ones. Both are numbered under the
        lock of the channel's row, so whoever left before ``first`` is seen to be gone now.
        """
        seen = self._seen.get(channel_id)
        if seen is None or first > seen + 1:
            self.recheck(channel_id)
        self._seen[channel_id] = max(seq, seen or 0)

    def recheck(self, channel_id: int) -> None:
        """Take those out of a channel's room who may not hear it any more."""
        inside = self.seats.inside(channel_id)
        if inside:
            self.seats.keep_members(channel_id, inside)
