"""The socket events of presence, and the thread that tells what changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flask import Flask
from flask_socketio import SocketIO
from sqlalchemy import select

from enterprise_social.core.access import visible
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.people.queries.presence import cut_off_from, statuses_of
from enterprise_social.realtime.presence import MOST_WATCHED, Facts, Hub, Shown
from enterprise_social.realtime.registry import Client
from enterprise_social.realtime.signs import STATES
from enterprise_social.realtime.transport import SocketTransport

log = logging.getLogger(__name__)
TICK_SECONDS = 1.0


class SocketWorld:
    """The hub's outside: the database, the sockets of this process, the other processes."""

    def __init__(self, app: Flask, socketio: SocketIO, transport: SocketTransport) -> None:
        self._app = app
        self._socketio = socketio
        self._transport = transport

    def seconds(self) -> float:
        """Return a clock that only goes forward."""
        return time.monotonic()

    def shown(self, person_id: int, state: str | None, facts: Facts) -> Shown:
        """Return what a client is told of somebody, as it is at this moment."""
        return presence_document(person_id, state, facts)

    def facts(self, person_ids: Iterable[int]) -> dict[int, Facts]:
        """Read statuses."""
        with self._app.app_context():
            found = {
                person_id: Facts(row.hidden, row.undisturbed_until, row.emoji, row.text, row.until)
                for person_id, row in statuses_of(person_ids).items()
            }
            db.session.remove()
        return found

    def seen(self, viewer_id: int, person_ids: Collection[int]) -> tuple[set[int], set[int]]:
        """Return whom of these somebody may see, and from whom a block keeps them."""
        with self._app.app_context():
            viewer = db.session.get(Person, viewer_id)
            if viewer is None:
                return set(), set()
            statement = select(Person.id).where(visible(Person, viewer), Person.id.in_(person_ids))
            seen = set(db.session.scalars(statement))
            cut = cut_off_from(viewer_id, seen)
            db.session.remove()
        return seen, cut

    def send(self, sid: str, people: Sequence[Shown]) -> None:
        """Send one message to a client."""
        self._socketio.emit("presence_changed", {"people": people}, to=sid)

    def tell(self, changes: list[tuple[int, str | None]], kept: float) -> None:
        """Tell the other processes."""
        arguments = {
            "process": self._transport.name,
            "changes": [[*change] for change in changes],
            "kept": kept,
        }
        self._transport.control("presence_told", arguments)


def presence_document(person_id: int, state: str | None, facts: Facts) -> Shown:
    """Write somebody's presence; whoever appears offline is neither away nor undisturbed."""
    moment = now()
    undisturbed = facts.undisturbed_until
    if facts.hidden or (undisturbed and undisturbed <= moment):
        undisturbed = None
    says = (facts.emoji or facts.text) and (facts.until is None or facts.until > moment)
    status = {"emoji": facts.emoji, "text": facts.text, "until": rfc3339(facts.until)}
    return {
        "user_id": person_id,
        "state": "offline" if facts.hidden or state is None else state,
        "dnd_until": rfc3339(undisturbed),
        "status": status if says else None,
    }


class Presence:
    """The hub of one process with its thread, which begins with the first client."""

    def __init__(self, app: Flask, socketio: SocketIO, transport: SocketTransport) -> None:
        self._name = transport.name
        world = SocketWorld(app, socketio, transport)
        self.hub = Hub(self._name, app.extensions["ephemeral"], world)
        transport.add_command("presence_told", self.told)
        transport.add_command("look_at_people", self.look_at_people)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def sign(self, client: Client | None, data: Any) -> dict[str, Any]:
        """Answer the event ``presence {state}``."""
        state = data.get("state") if isinstance(data, dict) else None
        if client is None or state not in STATES:
            return {"ok": False, "error": "state is active or away"}
        self._begin()
        self.hub.sign(client.sid, client.person_id, str(state))
        return {"ok": True}

    def watch(self, client: Client | None, data: Any) -> dict[str, Any]:
        """Answer the event ``watch {user_ids}``."""
        ids = data.get("user_ids") if isinstance(data, dict) else None
        if client is None or not isinstance(ids, list) or not all(map(_is_id, ids)):
            return {"ok": False, "error": "bad request"}
        if len(ids) > MOST_WATCHED:
            return {"ok": False, "error": f"at most {MOST_WATCHED} people"}
        if not client.may_watch_now():
            return {"ok": False, "error": "too often"}
        self._begin()
        return {"ok": True, "people": self.hub.watch(client.sid, client.person_id, set(ids))}

    def gone(self, sid: str) -> None:
        """Forget a socket."""
        self.hub.gone(sid)

    def close(self) -> None:
        """Say goodbye to the other processes and end the thread."""
        if self._thread is None:
            return
        self.hub.leave()
        self._stop.set()
        self._thread.join(5)

    def told(self, process: str, changes: list[tuple[int, str | None]], kept: float) -> None:
        """Carry out ``presence_told`` of another process; one's own is known."""
        if process != self._name:
            self.hub.told(process, changes, kept)

    def look_at_people(self, person_ids: list[int]) -> None:
        """Carry out ``look_at_people``: what they say of themselves, or a block, changed."""
        self.hub.look(person_ids)

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            try:
                self.hub.tick()
            except Exception:
                log.exception("presence could not be told")


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63
