"""Presence: who is here, told to those who have them on the screen and may see them.

A client names the people it shows (``watch``). Once a second what changed of them goes to it in
one message, however much that was, so that a thousand people who come back at once are one
message a client and second.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from enterprise_social.core.ephemeral import Ephemeral
from enterprise_social.realtime.elsewhere import KEPT, RENEW_EVERY, Elsewhere
from enterprise_social.realtime.signs import GRACE, Signs, joined

MOST_WATCHED = 200
EVERYONE_EVERY = 5.0
Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says of somebody, apart from where they are."""

    hidden: bool = False
    undisturbed_until: datetime | None = None
    emoji: str = ""
    text: str = ""
    until: datetime | None = None


class World(Protocol):
    """What the hub needs from outside."""

    def seconds(self) -> float:
        """Return a clock that only goes forward."""

    def shown(self, person_id: int, state: str | None, facts: Facts) -> Shown:
        """Return what a client is told of somebody, as it is at this moment."""

    def facts(self, person_ids: Iterable[int]) -> dict[int, Facts]:
        """Read what the database says of people."""

    def seen(self, viewer_id: int, person_ids: Collection[int]) -> tuple[set[int], set[int]]:
        """Return whom of these somebody may see, and from whom a block keeps them."""

    def send(self, sid: str, people: Sequence[Shown]) -> None:
        """Send one message to a client."""

    def tell(self, changes: list[tuple[int, str | None]], kept: float) -> None:
        """Tell the other processes."""


@dataclass(slots=True)
class Watcher:
    """A client and the people that it shows."""

    person_id: int
    watched: frozenset[int] = frozenset()
    cut: set[int] = field(default_factory=set)
    dirty: set[int] = field(default_factory=set)


class Hub:
    """The presence of everyone whom a client of this process shows."""

    def __init__(self, name: str, store: Ephemeral, world: World) -> None:
        self._world = world
        self._lock = threading.RLock()
        self._signs = Signs()
        self._elsewhere = Elsewhere(name, store)
        self._watchers: dict[str, Watcher] = {}
        self._watching: dict[int, set[str]] = {}
        self._facts: dict[int, Facts] = {}
        self._shown: dict[int, Shown] = {}
        self._moved: set[int] = set()
        self._to_look: set[int] = set()
        self._looks = 0
        self._renewed_at = self._looked_at = float("-inf")

    def sign(self, sid: str, person_id: int, state: str) -> None:
        """Note what a client says of its person: active or away."""
        with self._lock:
            self._signs.sign(sid, person_id, state, self._world.seconds())

    def gone(self, sid: str) -> None:
        """Forget a client."""
        with self._lock:
            self._signs.gone(sid, self._world.seconds())
            watcher = self._watchers.pop(sid, None)
            if watcher is not None:
                self._unwatch(sid, watcher.watched)

    def watch(self, sid: str, person_id: int, person_ids: Collection[int]) -> list[Shown]:
        """Let a client hear of these people instead of those it named before.

        Returns what is so now of those whom it may see; of the others it never hears.
        """
        asked = set(person_ids)
        with self._lock:
            looks = self._looks
            known = self._watchers.get(sid)
            before = known.watched if known else frozenset()
        fresh = asked - before
        seen, cut = self._world.seen(person_id, fresh) if fresh else (set(), set())
        with self._lock:
            if looks != self._looks:
                self._to_look.add(person_id)  # a block may have come in between
            watcher = self._watchers.setdefault(sid, Watcher(person_id))
            now = frozenset((before & asked) | seen)
            watcher.cut = (watcher.cut & now) | cut
            self._unwatch(sid, watcher.watched - now)
            watcher.watched = now
            for each in now:
                self._watching.setdefault(each, set()).add(sid)
            unknown = now - self._facts.keys()
        # Watched first and read then, so that a change in between is looked at.
        facts = self._world.facts(unknown) if unknown else {}
        with self._lock:
            for each in unknown:
                self._facts.setdefault(each, facts.get(each, Facts()))
            watcher.dirty.clear()
            return [self._for(watcher, each) for each in sorted(now)]

    def read(self, viewer_id: int, person_ids: Collection[int]) -> list[Shown]:
        """Return what is so now of those whom the viewer may see, without watching them."""
        seen, cut = self._world.seen(viewer_id, person_ids)
        facts = self._world.facts(seen)
        with self._lock:
            return [
                self._world.shown(each, None, Facts())
                if each in cut
                else self._world.shown(each, self._state(each), facts.get(each, Facts()))
                for each in sorted(seen)
            ]

    def look(self, person_ids: Iterable[int]) -> None:
        """Read anew what the database says of these people, and whom they may see."""
        with self._lock:
            self._looks += 1
            self._to_look.update(person_ids)

    def told(self, process: str, changes: list[tuple[int, str | None]], kept: float) -> None:
        """Take in what another process says."""
        with self._lock:
            self._elsewhere.told(process, changes, self._world.seconds(), kept)
            self._moved.update(person_id for person_id, _state in changes)

    def tick(self) -> int:
        """Do what is due, once a second. Returns how many messages went to clients."""
        self._gather()
        self._look_again()
        messages: list[tuple[str, list[Shown]]] = []
        with self._lock:
            for person_id in self._moved & self._watching.keys():
                self._refresh(person_id)
            self._moved.clear()
            for sid, watcher in self._watchers.items():
                if watcher.dirty:
                    messages.append((sid, [self._for(watcher, i) for i in sorted(watcher.dirty)]))
                    watcher.dirty = set()
        for sid, people in messages:
            self._world.send(sid, people)
        return len(messages)

    def leave(self) -> None:
        """Say goodbye to the other processes; one's people have the usual grace to come back."""
        with self._lock:
            self._elsewhere.leave()
        self._world.tell([], GRACE)

    def _gather(self) -> None:
        """Find out who came and went, here and elsewhere, and tell the other processes."""
        with self._lock:
            moment = self._world.seconds()
            everyone = moment >= self._looked_at + EVERYONE_EVERY
            changes = self._signs.changes(moment, everyone=everyone)
            self._moved.update(changes)
            if everyone:
                self._looked_at = moment
                # A status or a do-not-disturb ends by the clock.
                self._moved.update(self._watching)
            renew = moment >= self._renewed_at + RENEW_EVERY
            own = dict(self._signs.table)
        if changes or renew:
            self._elsewhere.keep(own)
        if changes:
            self._world.tell(list(changes.items()), KEPT)
        if renew:
            kept = self._elsewhere.read()
            with self._lock:
                self._renewed_at = moment
                self._moved.update(self._elsewhere.take(kept, moment))

    def _look_again(self) -> None:
        with self._lock:
            wanted, self._to_look = self._to_look, set()
            shown = wanted & self._watching.keys()
            viewers = [
                (sid, watcher, watcher.watched)
                for sid, watcher in self._watchers.items()
                if watcher.person_id in wanted
            ]
        if shown:
            facts = self._world.facts(shown)
            with self._lock:
                self._facts.update({each: facts.get(each, Facts()) for each in shown})
                self._moved.update(shown)
        for sid, watcher, asked in viewers:
            seen, cut = self._world.seen(watcher.person_id, asked)
            with self._lock:
                # It may show others by now; those were looked at when it named them.
                watcher.dirty |= ((watcher.cut & asked) ^ cut) & seen & watcher.watched
                watcher.cut = (watcher.cut - asked) | (cut & watcher.watched)
                self._unwatch(sid, asked - seen)
                watcher.watched -= asked - seen

    def _refresh(self, person_id: int) -> None:
        now = self._now(person_id)
        if now == self._shown.get(person_id):
            return
        self._shown[person_id] = now
        for sid in self._watching[person_id]:
            watcher = self._watchers[sid]
            if person_id not in watcher.cut:
                watcher.dirty.add(person_id)

    def _for(self, watcher: Watcher, person_id: int) -> Shown:
        if person_id in watcher.cut:
            return self._world.shown(person_id, None, Facts())
        if person_id not in self._shown:
            self._shown[person_id] = self._now(person_id)
        return self._shown[person_id]

    def _now(self, person_id: int) -> Shown:
        facts = self._facts.get(person_id, Facts())
        return self._world.shown(person_id, self._state(person_id), facts)

    def _state(self, person_id: int) -> str | None:
        states = self._elsewhere.states(person_id)
        here = self._signs.table.get(person_id)
        return joined([*states, here] if here else states)

    def _unwatch(self, sid: str, person_ids: Iterable[int]) -> None:
        for each in person_ids:
            sids = self._watching.get(each)
            if sids is None:
                continue
            sids.discard(sid)
            if not sids:
                del self._watching[each]
                self._shown.pop(each, None)
                self._facts.pop(each, None)
