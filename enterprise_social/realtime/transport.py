"""Carries messages to sockets, and control commands to every process."""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from enterprise_social.core import outbox
from enterprise_social.core.shared import redis_client
from enterprise_social.realtime.registry import Client, Registry

log = logging.getLogger(__name__)
CONTROL = "enterprise-social:control"


class SocketTransport:
    """Socket.IO rooms for messages; control commands go through Redis where there is one."""

    def __init__(self, app: Flask, socketio: SocketIO, registry: Registry) -> None:
        self._app = app
        self._socketio = socketio
        self._registry = registry
        self._redis = redis_client(app)
        self._name = secrets.token_hex(8)
        self._listening = False
        self._commands: dict[str, Callable[..., None]] = {
            "sign_out": self.sign_out,
            "sign_out_session": self.sign_out_session,
            "enter": self.enter,
            "leave": self.leave,
            "wake": outbox.wake.set_local,
        }

    def emit(self, event: str, payload: Any, room: str) -> None:
        """Send to a room, on all processes."""
        self._socketio.emit(event, payload, to=room)

    def control(self, command: str, arguments: dict[str, Any]) -> None:
        """Carry a command out here and have the other processes do the same."""
        self._commands[command](**arguments)
        if self._redis is not None:
            message = {"from": self._name, "command": command, "arguments": arguments}
            self._redis.publish(CONTROL, json.dumps(message))

    def sign_out(self, person_id: int) -> None:
        """Close all of somebody's sockets."""
        for client in self._registry.of_person(person_id):
            self._close(client)

    def sign_out_session(self, session_id: int) -> None:
        """Close the sockets of one signed-in browser."""
        for client in self._registry.all():
            if client.session_id == session_id:
                self._close(client)

    def enter(self, person_id: int, channel_id: int) -> None:
        """Put somebody's sockets into a channel's room."""
        for client in self._registry.of_person(person_id):
            client.channel_ids.add(channel_id)
            self._rooms("enter_room", client.sid, channel_room(channel_id, client.form))

    def leave(self, person_id: int, channel_id: int) -> None:
        """Take somebody's sockets out of a channel's room."""
        for client in self._registry.of_person(person_id):
            client.channel_ids.discard(channel_id)
            self._rooms("leave_room", client.sid, channel_room(channel_id, client.form))

    def listen(self) -> None:
        """Begin to hear the other processes' commands; does nothing without Redis."""
        if self._redis is None or self._listening:
            return
        self._listening = True
        outbox.wake.remote = lambda: self._publish_wake()
        threading.Thread(target=self._hear, name="control", daemon=True).start()

    def _publish_wake(self) -> None:
        message = {"from": self._name, "command": "wake", "arguments": {}}
        try:
            self._redis.publish(CONTROL, json.dumps(message))  # type: ignore[union-attr]
        except OSError:
            log.warning("the workers could not be woken; they look by themselves")

    def _hear(self) -> None:
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as heard:  # type: ignore[union-attr]
                    heard.subscribe(CONTROL)
                    for message in heard.listen():
                        self._carry_out(json.loads(message["data"]))
            except Exception:
                log.warning("the control channel is away; trying again", exc_info=True)
                time.sleep(1)

    def _carry_out(self, message: dict[str, Any]) -> None:
        if message["from"] != self._name:
            self._commands[message["command"]](**message["arguments"])

    def _close(self, client: Client) -> None:
        self._socketio.emit("signed_out", {}, to=client.sid)
        self._socketio.server.disconnect(client.sid)

    def _rooms(self, verb: str, sid: str, room: str) -> None:
        try:
            getattr(self._socketio.server, verb)(sid, room)
        except (KeyError, ValueError):
            # It went away in between; nothing is left to take from it.
            log.debug("socket %s is gone", sid)


def channel_room(channel_id: int, form: str) -> str:
    """Name the room of a channel's clients of one form."""
    return f"channel:{channel_id}:{form}"
