"""Flask-SocketIO on our wire."""

from __future__ import annotations

import random
import threading
from io import BytesIO
from typing import Any

import socketio
from flask import Flask
from flask_socketio import SocketIO
from socketio import packet

from enterprise_social.realtime.wire.engine import Engine
from enterprise_social.realtime.wire.rooms import Rooms

# What a socket's events are told of the request that opened it; the rest would stay in memory.
KEPT = (
    *("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR", "SERVER_NAME"),
    *("SERVER_PORT", "SERVER_PROTOCOL", "HTTP_COOKIE", "HTTP_HOST", "HTTP_USER_AGENT"),
    *("wsgi.url_scheme", "wsgi.version", "flask.app"),
)


# Clients that sign in at once, and those that wait for them; others are told when to come again.
SIGN_IN_AT_ONCE = 16
MOST_WAITING = 500


class Gate:
    """Lets a few sign in at once, some wait, and turns away the rest."""

    def __init__(self, at_once: int = SIGN_IN_AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._turns = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._most = at_once + most_waiting
        self.inside = 0

    def enter(self) -> bool:
        """Wait for a turn; False at once where too many wait already."""
        with self._lock:
            if self.inside >= self._most:
                return False
            self.inside += 1
        self._turns.acquire()
        return True

    def leave(self) -> None:
        """Let the next one in."""
        self._turns.release()
        with self._lock:
            self.inside -= 1


class Server(socketio.Server):
    """A Socket.IO server on our Engine.IO server."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gate = Gate()

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        kept = {name: environ[name] for name in KEPT if name in environ}
        super()._handle_eio_connect(eio_sid, kept | {"wsgi.input": BytesIO()})

    def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """Let a client sign in when it is its turn."""
        if not self.gate.enter():
            self.eio.count("refused_busy")
            wait = random.randint(self.eio.retry_ms() // 10, self.eio.retry_ms())  # noqa: S311
            told = {"message": "busy", "data": {"retry_in_ms": wait}}
            refusal = self.packet_class(packet.CONNECT_ERROR, data=told, namespace=namespace)
            self._send_packet(eio_sid, refusal)
            return
        try:
            if eio_sid in self.environ:  # it may have gone while it waited for its turn
                super()._handle_connect(eio_sid, namespace, data)
        finally:
            self.gate.leave()
        if self.manager.sid_from_eio_sid(eio_sid, namespace or "/") is not None:
            self.eio.unanswered.discard(eio_sid)


class Endpoint(SocketIO):
    """Flask-SocketIO with that server."""

    def init_app(self, app: Flask, **options: Any) -> None:
        """Answer below ``/socket.io`` of an application."""
        app.extensions["socketio"] = self
        self.manage_session: bool = options.pop("manage_session", True)
        self.server = Server(client_manager=Rooms(), **options)
        self.async_mode = self.server.async_mode
        wrapped: Any = socketio.WSGIApp(self.server, app.wsgi_app, socketio_path="socket.io")

        def with_application(environ: dict[str, Any], start_response: Any) -> Any:
            environ["flask.app"] = app
            return wrapped(environ, start_response)

        app.wsgi_app = with_application  # type: ignore[method-assign]
