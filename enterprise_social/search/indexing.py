"""Keeps the index what the database is: single posts, what was missed, or all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from enterprise_social.core.db import db
from enterprise_social.search import documents
from enterprise_social.search.engine import SearchEngine


def update(engine: SearchEngine, post_ids: Sequence[int]) -> None:
    """Brings the index up to date with these posts, whatever happened to them."""
    changes = documents.read(post_ids)
    db.session.rollback()  # the engine takes its time; no transaction waits for it
    engine.index(changes.documents)
    engine.remove(changes.removed)


def catch_up(engine: SearchEngine, marks: Mapping[int, int]) -> int:
    """Brings in what changed after the marks (see `Status.marks`); returns how many posts."""
    done = 0
    for post_ids in documents.changed_since(marks):
        update(engine, post_ids)
        done += len(post_ids)
    return done


def rebuild(engine: SearchEngine, progress: Callable[[int], None] | None = None) -> None:
    """Builds the index anew from the database and swaps it in.

    What changes meanwhile is brought in afterwards, also where another process wrote it: it went
    into the old index, or it was read already.
    """
    before = documents.newest_changes()
    db.session.rollback()
    engine.rebuild(documents.everything(), progress)
    catch_up(engine, before)


def ensure(engine: SearchEngine) -> str:
    """Makes the index whole: rebuilt where it is missing, damaged or begun from nothing, else
    brought up to date. Returns what was done: `rebuilt`, `caught up` or `nothing`."""
    status = engine.status()
    if not status.ready or status.reason:
        rebuild(engine)
        return "rebuilt"
    return "caught up" if catch_up(engine, status.marks) else "nothing"


def behind(engine: SearchEngine) -> int:
    """How many posts the index lacks."""
    return sum(len(ids) for ids in documents.changed_since(engine.status().marks))
