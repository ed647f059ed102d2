"""Has everything looked at anew once the database answers again.

What was said while it did not answer can't be told to whoever may hear it, since nobody knows who
may. A later look says to everybody where things stand, and clients ask for what they missed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from enterprise_social.core.outages import DATABASE_AWAY

log = logging.getLogger(__name__)
AGAIN_SECONDS = 2.0


class Anew:
    """Looks a while after it was asked to, however often that was, until it went well."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look_at = look
        self._lock = threading.Lock()
        self._waiting = False

    def soon(self) -> None:
        """Look in a while."""
        with self._lock:
            if self._waiting:
                return
            self._waiting = True
        timer = threading.Timer(AGAIN_SECONDS, self._look)
        timer.daemon = True
        timer.start()

    def _look(self) -> None:
        # What goes wrong from here on needs another look.
        with self._lock:
            self._waiting = False
        try:
            self._look_at()
        except DATABASE_AWAY as error:
            log.warning("the sockets were not looked at: %s", type(error).__name__)
            self.soon()
        except Exception:
            log.exception("the sockets were not looked at")
