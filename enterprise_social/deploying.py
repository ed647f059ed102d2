"""Gunicorn's settings for one of several processes, each on a port of its own behind a proxy.

``gunicorn -c enterprise_social/deploying.py --bind 127.0.0.1:8001 wsgi:app``

By its path, never as ``python:…``: that would load the program before gevent replaces the locks.

One worker in each, because a socket's long-polling requests must all reach the process that knows
it; more cores are more processes.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

worker_class = "gevent"
workers = 1
# More than SOCKETS allows live ones: requests and refusals come in beside them.
worker_connections = 12_000
backlog = 2048
keepalive = 75
timeout = 60
graceful_timeout = 8
loglevel = "warning"
control_socket_disable = True


def when_ready(arbiter: Any) -> None:
    """Refuse connections until the program is loaded.

    Gunicorn listens before that, and whoever came in those seconds would wait; refused, the proxy
    hands them to another process at once. On Linux a socket that was shut down keeps its port and
    may listen again; elsewhere it goes on listening.
    """
    for listener in arbiter.LISTENERS:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def child_exit(arbiter: Any, _worker: Any) -> None:
    """Refuse them again when the worker is gone, until the next one is loaded."""
    when_ready(arbiter)


def post_worker_init(worker: Any) -> None:
    """Begin to listen: the program is loaded."""
    for listener in worker.sockets:
        listener.listen(backlog)
