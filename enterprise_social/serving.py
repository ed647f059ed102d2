"""Serving: one gunicorn process with threads by default; what any server needs to stop well."""

from __future__ import annotations

import gc
import logging
import signal
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from enterprise_social.core import settings
from enterprise_social.realtime import unanswered
from enterprise_social.realtime.endpoint import say_goodbye

log = logging.getLogger(__name__)
# A thread a connected client, and some for requests.
THREADS = 1500
# Until what still runs is killed: open requests, and the job at hand beside them.
STOP_SECONDS = 8


class Server(BaseApplication):
    """Gunicorn with the settings of the default set-up."""

    def __init__(self, app: Flask, host: str, port: int, *, announce: Any = None) -> None:
        self._app = app
        self._bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._announce = announce
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        settings = {
            "bind": self._bind,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "worker_connections": THREADS + 500,
            "backlog": 2048,
            "keepalive": 30,
            "timeout": 60,
            "graceful_timeout": STOP_SECONDS,
            "loglevel": "warning",
            "control_socket_disable": True,
            "when_ready": self._ready,
            "post_worker_init": started,
            "worker_exit": stopped,
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application that was made before the fork, so that its memory is shared."""
        return self._app

    def _ready(self, arbiter: Any) -> None:
        if self._announce is not None:
            self._announce(arbiter.LISTENERS[0].sock.getsockname()[1])


def started(worker: Any) -> None:
    """Start the background work of the one process that does everything."""
    app: Flask = worker.wsgi
    # Loading the demo workspace before the fork may have started the bus's thread.
    app.extensions["live"].restart()
    app.extensions["worker"].start()
    join_in(app)


def stopped(_arbiter: Any, worker: Any) -> None:
    """Let the job at hand finish."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["worker"].stop()


def join_in(app: Flask) -> None:
    """Hear the other processes, and say goodbye to the sockets when the server is told to stop.

    Call it in the process that serves, once its server handles SIGTERM: that handler is called
    too. Elsewhere (a test, a command, a thread) there is nothing to add goodbyes to.
    """
    # What is here now stays: looking through it for garbage took a tenth of a second each time.
    gc.freeze()
    app.extensions["transport"].listen()
    settings.watch(app)
    if threading.current_thread() is not threading.main_thread():
        return
    socketio = app.extensions["socketio"]
    unanswered.watch(app)
    ending = signal.getsignal(signal.SIGTERM)
    if not callable(ending):
        return

    def stop(number: int, frame: Any) -> None:
        # Beside: a signal's handler may have interrupted whatever it would wait for.
        socketio.start_background_task(_goodbye, app)
        ending(number, frame)

    signal.signal(signal.SIGTERM, stop)


def _goodbye(app: Flask) -> None:
    try:
        # What was confirmed still goes out; who misses it asks for it after coming back.
        app.extensions["live"].flush(1.0)
        with app.app_context():
            say_goodbye(app)
        app.extensions["worker"].stop()
    except Exception:
        log.exception("the sockets could not be told of the stop")
