"""Outages of the database in the log: a line now and then, and not a traceback for each request."""

from __future__ import annotations

import logging
import threading
import time

from sqlalchemy.exc import (
    InterfaceError,
    InternalError,
    OperationalError,
    PendingRollbackError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree

# No connection, a lost one, none free, one that was ended or given to a server that may not write:
# nothing is wrong with the request, and in a while it may be made again.
DATABASE_AWAY = (
    OperationalError,
    InterfaceError,
    InternalError,
    PendingRollbackError,
    NoConnectionFree,
)
LINE_EVERY_SECONDS = 5.0

log = logging.getLogger(__name__)
_lock = threading.Lock()
_next_line_at = 0.0
_left_out = 0


def note(error: Exception) -> None:
    """Log that the database did not answer, unless that was said a moment ago.

    The line says how many were left out since the last one. The error's text holds no values of a
    statement, since the engine hides them.
    """
    global _next_line_at, _left_out
    with _lock:
        if time.monotonic() < _next_line_at:
            _left_out += 1
            return
        left_out, _left_out = _left_out, 0
        _next_line_at = time.monotonic() + LINE_EVERY_SECONDS
    log.error("the database did not answer", exc_info=error, extra={"left_out": left_out})
