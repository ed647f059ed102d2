"""Events: what a write announces, and who acts on it.

``@during`` listeners run in the transaction and may refuse it; ``@after`` listeners run from the
outbox, at least once, so they must be idempotent.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from enterprise_social.core import outbox
from enterprise_social.core.actions import current_unit
from enterprise_social.core.clock import now

E = TypeVar("E", bound="Event")
# Each lane has a turn of the worker: what is slow in one holds nothing up in another.
MAIN, SLOW = "main", "slow"


class Event:
    """Base of all events; subclasses are frozen dataclasses of ids."""

    registry: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        room = cls.__module__.split(".")[1] if "." in cls.__module__ else cls.__module__
        cls.name = f"{room}.{cls.__name__}"
        Event.registry[cls.name] = cls

    name: ClassVar[str] = ""


@dataclass(frozen=True)
class Listener:
    """A function that acts on an event after its commit."""

    name: str
    function: Callable[[Any], None]
    batch: int
    lane: str = MAIN
    only: Callable[[Any], bool] | None = None


_during: dict[type[Event], list[Callable[[Any], None]]] = {}
_after: dict[type[Event], list[Listener]] = {}
_listeners: dict[str, Listener] = {}


def during(*events: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Register a listener that runs inside the transaction of each of ``events``."""

    def register(function: Callable[[E], None]) -> Callable[[E], None]:
        for event in events:
            known = _during.setdefault(event, [])
            if function not in known:
                known.append(function)
        return function

    return register


def after(
    *events: type[Event],
    batch: int = 1,
    slow: bool = False,
    lane: str = "",
    only: Callable[[Any], bool] | None = None,
) -> Callable[[Callable[..., None]], Any]:
    """Register a listener that runs from the outbox.

    With ``batch`` above 1 it is given a list of up to that many events, else one event. Listeners
    of one ``lane`` wait for one another, those of different lanes don't: what waits for a server
    of somebody else's has a lane of its own. ``slow`` is the lane of what only takes its time, such
    as pictures. ``only`` says which of the events are for this listener.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        name = f"{function.__module__.removeprefix('enterprise_social.')}.{function.__name__}"
        listener = Listener(name, function, batch, lane or (SLOW if slow else MAIN), only)
        _listeners[name] = listener
        for event in events:
            known = _after.setdefault(event, [])
            known[:] = [other for other in known if other.name != name] + [listener]
        return function

    return register


def announce(event: Event, *, run_at: datetime | None = None) -> None:
    """Announce an event inside an action; ``run_at`` postpones its outbox listeners."""
    for function in _during.get(type(event), ()):
        function(event)
    listeners = [each for each in _after.get(type(event), ()) if not each.only or each.only(event)]
    if not listeners:
        return
    payload = json.dumps(asdict(event), default=str)  # type: ignore[call-overload]
    moment = run_at or now()
    outbox.enqueue(
        current_unit(),
        [
            {"listener": one.name, "event": event.name, "payload": payload, "run_at": moment}
            for one in listeners
        ],
        {one.lane for one in listeners},
    )


def load(name: str, payload: str) -> Event:
    """Make the event again from its outbox row."""
    return Event.registry[name](**json.loads(payload))


def lanes() -> dict[str, list[str]]:
    """Return the names of the listeners of each lane besides the main one."""
    found: dict[str, list[str]] = {}
    for name, each in sorted(_listeners.items()):
        if each.lane != MAIN:
            found.setdefault(each.lane, []).append(name)
    return found


def listener(name: str) -> Listener | None:
    """Return the listener of that name, or None where this version has none."""
    return _listeners.get(name)
