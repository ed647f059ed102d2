"""Closes connections that were opened and never signed in: they cost a thread each."""

from __future__ import annotations

import logging
import time

from flask import Flask
from flask_socketio import SocketIO

log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 5.0
PATIENCE_SECONDS = 10.0


class Unanswered:
    """Watches the Engine.IO connections of this process for such without a Socket.IO client."""

    def __init__(self, socketio: SocketIO) -> None:
        self._socketio = socketio
        self._since: dict[str, float] = {}

    def look(self, moment: float) -> int:
        """Close what waits for longer than it may at ``moment`` (monotonic seconds); count it."""
        server = self._socketio.server
        waiting = {
            sid
            for sid in list(server.eio.sockets)
            if server.manager.sid_from_eio_sid(sid, "/") is None
        }
        self._since = {sid: self._since.get(sid, moment) for sid in waiting}
        late = [sid for sid, since in self._since.items() if moment - since >= PATIENCE_SECONDS]
        for sid in late:
            connection = server.eio.sockets.get(sid)
            if connection is not None:
                connection.close(wait=False, abort=True)
            server.eio.sockets.pop(sid, None)
        return len(late)

    def watch(self) -> None:
        """Look now and then, for as long as the process lives."""
        while True:
            self._socketio.sleep(LOOK_EVERY_SECONDS)
            try:
                self.look(time.monotonic())
            except Exception:
                log.exception("connections without a client could not be looked at")


def watch(app: Flask) -> None:
    """Begin to watch in the process that serves."""
    socketio: SocketIO = app.extensions["socketio"]
    socketio.start_background_task(Unanswered(socketio).watch)
