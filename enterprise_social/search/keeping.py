"""Looks after the index in the background: at start, and when a search finds it damaged."""

from __future__ import annotations

import logging
import threading

from flask import Flask, current_app

from enterprise_social.core.db import db
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine

log = logging.getLogger(__name__)
#: After a failure the next attempt waits so many seconds, doubled with each failure in a row.
FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 30.0


class Keeper:
    """A thread that makes the index whole; everything else goes on meanwhile."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._wanted = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to look after the index; again has it looked after once more."""
        self._stopping.clear()
        self._wanted.set()
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = threading.Thread(target=self._run, name="search-keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends after the piece at hand."""
        self._stopping.set()
        self._wanted.set()

    def look_again(self) -> None:
        """Somebody found the index unusable."""
        self._wanted.set()

    def _run(self) -> None:
        wait = FIRST_RETRY_SECONDS
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping.is_set():
                return
            try:
                with self._app.app_context():
                    done = indexing.ensure(engine())
                    db.session.remove()
                wait = FIRST_RETRY_SECONDS
                if done != "nothing":
                    log.info("the search index was %s", done)
            except Exception:
                log.exception("the search index could not be made whole")
                if self._stopping.wait(wait):
                    return
                wait = min(wait * 2, LONGEST_RETRY_SECONDS)
                self._wanted.set()


def look_again() -> None:
    """Has the index looked after soon."""
    keeper: Keeper = current_app.extensions["search_keeper"]
    keeper.look_again()


def register(app: Flask) -> None:
    """Make the keeper; the server starts it."""
    app.extensions["search_keeper"] = Keeper(app)
