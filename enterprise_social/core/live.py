"""The live bus: what is committed reaches the connected clients of its audience.

An action calls ``changed`` or ``personal``; after its commit this process's publisher thread
renders each change once a form and hands it to the transport. With several processes the transport
carries it to all of them; control messages (close somebody's sockets, enter and leave rooms) go to
every process by the ``remote`` hook.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Flask, current_app

from enterprise_social.core.actions import after_commit
from enterprise_social.core.db import db
from enterprise_social.core.outages import DATABASE_AWAY

log = logging.getLogger(__name__)
LARGEST_BATCH = 64
# The command by which sockets are told where things stand once the database answers again.
LOOK_SOON = "look_soon"


class Transport(Protocol):
    """What carries messages to clients."""

    def emit(self, event: str, payload: Any, room: str) -> None:
        """Send ``payload`` to all clients in ``room``, whichever process they are connected to."""

    def control(self, command: str, arguments: dict[str, Any]) -> None:
        """Carry out a control command on every process."""


@dataclass(frozen=True)
class Rendered:
    """One change in both forms; ``programs`` is the event's name and payload.

    Without ``pages`` a later change of the same batch tells pages of this one as well.
    """

    pages: dict[str, Any] | None
    programs: tuple[str, dict[str, Any]]


# Renders the changes of one channel: (channel_id, seqs in order) -> in the same order.
Renderer = Callable[[int, Sequence[int]], Sequence[Rendered]]


@dataclass
class Bus:
    """The queue of committed things and the thread that delivers them."""

    app: Flask
    transport: Transport | None = None
    renderer: Renderer | None = None
    waiting: queue.SimpleQueue[tuple[str, tuple[Any, ...]]] = field(
        default_factory=queue.SimpleQueue
    )
    _thread: threading.Thread | None = None
    _start: threading.Lock = field(default_factory=threading.Lock)

    def put(self, kind: str, *arguments: Any) -> None:
        """Queue one thing to deliver; does nothing where this process has no transport."""
        if self.transport is None:
            return
        self.waiting.put((kind, arguments))
        if self._thread is None:
            with self._start:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                    self._thread.start()

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until all that is queued now is delivered; False where that took too long."""
        if self._thread is None:
            return True
        done = threading.Event()
        self.waiting.put(("done", (done,)))
        return done.wait(seconds)

    def restart(self) -> None:
        """Begin anew in a forked process: the thread that its parent started is not in it."""
        self.waiting = queue.SimpleQueue()
        self._start = threading.Lock()
        self._thread = None

    def close(self, seconds: float = 5.0) -> None:
        """Deliver what is queued and end the thread."""
        if self._thread is not None:
            self.waiting.put(("close", ()))
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            batch = [self.waiting.get()]
            while len(batch) < LARGEST_BATCH:
                try:
                    if batch[-1][0] == "close":
                        break
                    batch.append(self.waiting.get_nowait())
                except queue.Empty:
                    break
            try:
                with self.app.app_context():
                    self._deliver(batch)
            except Exception:
                log.exception("live delivery failed")
            if batch[-1][0] == "close":
                return

    def _deliver(self, batch: list[tuple[str, tuple[Any, ...]]]) -> None:
        changes: dict[int, list[int]] = {}
        personal: list[tuple[Any, ...]] = []
        for kind, arguments in batch:
            if kind == "changed":
                changes.setdefault(arguments[0], []).append(arguments[1])
            elif kind == "emit":
                # What is for one person alone needn't part changes that can be told at once.
                personal.append(arguments)
            else:
                # In order: somebody who was removed must be out before what was posted later.
                self._deliver_all(changes, personal)
                self._try_to(kind, arguments)
        self._deliver_all(changes, personal)

    def _deliver_all(self, changes: dict[int, list[int]], personal: list[tuple[Any, ...]]) -> None:
        self._deliver_changes(changes)
        for arguments in personal:
            self._try_to("emit", arguments)
        personal.clear()

    def _try_to(self, kind: str, arguments: tuple[Any, ...]) -> None:
        try:
            self._carry_out(kind, arguments)
        except Exception:
            # The next one may close somebody's sockets: it must not be lost with this one.
            log.exception("%s could not be delivered", kind)

    def _carry_out(self, kind: str, arguments: tuple[Any, ...]) -> None:
        if kind == "emit":
            self._transport.emit(*arguments)
        elif kind == "control":
            self._transport.control(*arguments)
        elif kind == "done":
            arguments[0].set()

    def _deliver_changes(self, changes: dict[int, list[int]]) -> None:
        for channel_id, seqs in changes.items():
            try:
                self._deliver_channel(channel_id, sorted(seqs))
            except Exception:
                log.warning("live delivery failed; trying once more", exc_info=True)
                self._deliver_again(channel_id, sorted(seqs))
        changes.clear()

    def _deliver_again(self, channel_id: int, seqs: Sequence[int]) -> None:
        try:
            db.session.rollback()
            self._deliver_channel(channel_id, seqs)
        except DATABASE_AWAY as error:
            # It is told by where the channel stands: nobody may have had a later change.
            log.warning("live delivery of channel %s waits: %s", channel_id, type(error).__name__)
            self._try_to("control", (LOOK_SOON, {}))
        except Exception:
            # Clients see the gap in the sequence and ask for what they missed.
            log.exception("live delivery of channel %s failed", channel_id)

    def _deliver_channel(self, channel_id: int, seqs: Sequence[int]) -> None:
        # A transport that knows who listens needn't be given what nobody would hear. Whoever comes
        # in this moment is told afterwards where the channel stands.
        is_heard = getattr(self._transport, "is_heard", None)
        if self.renderer is None or (is_heard is not None and not is_heard(channel_id)):
            return
        for rendered in self.renderer(channel_id, seqs):
            name, payload = rendered.programs
            if rendered.pages is not None:
                self._transport.emit("live", rendered.pages, f"channel:{channel_id}:html")
            self._transport.emit(name, payload, f"channel:{channel_id}:json")

    @property
    def _transport(self) -> Transport:
        if self.transport is None:
            raise RuntimeError("the bus has no transport")
        return self.transport


def bus() -> Bus:
    """Return the current application's bus."""
    found: Bus = current_app.extensions["live"]
    return found


def changed(channel_id: int, seq: int) -> None:
    """Deliver change ``seq`` of a channel to its members once the running action is committed."""
    one = bus()
    after_commit(lambda: one.put("changed", channel_id, seq))


def personal(person_id: int, event: str, payload: dict[str, Any]) -> None:
    """Send a personal event to all of somebody's clients after the commit."""
    one = bus()
    after_commit(lambda: one.put("emit", event, payload, f"person:{person_id}"))


def control(command: str, **arguments: Any) -> None:
    """Carry out a control command on every process after the commit.

    ``sign_out(person_id)``, ``sign_out_session(session_id)``, ``enter(person_id, channel_id)`` and
    ``leave(person_id, channel_id)``; ``reseat(channel_id)`` does either for whoever it concerns.
    """
    one = bus()
    after_commit(lambda: one.put("control", command, arguments))


def register(app: Flask) -> None:
    """Give ``app`` its bus."""
    app.extensions["live"] = Bus(app)
