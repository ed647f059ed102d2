"""Serving: one gunicorn process with threads by default, gevent workers where asked for."""

from __future__ import annotations

import logging
import threading
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from enterprise_social.realtime.endpoint import say_goodbye

log = logging.getLogger(__name__)
# A thread a connected client, and some for requests.
THREADS = 1500
STOP_SECONDS = 10


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
            "worker_class": "enterprise_social.serving.Worker",
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


class Worker(ThreadWorker):
    """Says goodbye to the sockets before it waits for open requests."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop gracefully: sockets are told to come back, open requests finish."""
        threading.Thread(target=_goodbye, args=(self.wsgi,), daemon=True).start()
        super().handle_exit(sig, frame)


def _goodbye(app: Flask) -> None:
    try:
        with app.app_context():
            say_goodbye(app)
    except Exception:
        log.exception("the sockets could not be told of the stop")


def started(worker: Any) -> None:
    """Start the background work of a worker process."""
    app: Flask = worker.wsgi
    app.extensions["transport"].listen()
    if app.config.get("WORKER_IN_PROCESS", True):
        app.extensions["worker"].start()


def stopped(_arbiter: Any, worker: Any) -> None:
    """Let the job at hand finish."""
    app = getattr(worker, "wsgi", None)
    if app is not None:
        app.extensions["worker"].stop()
