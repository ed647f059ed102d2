"""Gunicorn's settings for one of several processes, each on a port of its own behind a proxy.

``gunicorn -c enterprise_social/deploying.py --bind 127.0.0.1:8001 wsgi:app``

By its path, never as ``python:…``: that would load the program before gevent replaces the locks.

One worker in each, because a socket's long-polling requests must all reach the process that knows
it; more cores are more processes.
"""

from __future__ import annotations

worker_class = "gevent"
workers = 1
worker_connections = 5000
backlog = 2048
keepalive = 75
timeout = 60
graceful_timeout = 8
loglevel = "warning"
control_socket_disable = True
