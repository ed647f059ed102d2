"""Jobs: the worker that carries out what follows from writes, now or at its time."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Make the worker of ``app``; it runs once it is started."""
    from enterprise_social.jobs.worker import Worker

    app.extensions["worker"] = Worker(app)
