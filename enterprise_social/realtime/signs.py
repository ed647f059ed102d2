"""What each socket of this process says of its person, joined over all their tabs and devices."""

from __future__ import annotations

from dataclasses import dataclass, field

ACTIVE, AWAY = "active", "away"
STATES = (ACTIVE, AWAY)
# Without another sign of input somebody who was active is away.
AWAY_AFTER = 600.0
# A tab that is loaded anew, a train in a tunnel: nobody goes away for that.
GRACE = 45.0


@dataclass(slots=True)
class _Presence:
    """Somebody's sockets, each with its state and when it said so; and when the last one went."""

    sockets: dict[str, tuple[str, float]] = field(default_factory=dict)
    last: str = AWAY
    gone_at: float = 0.0

    def state(self, moment: float) -> str | None:
        """Return the joined state: active wins, then away; None is offline."""
        if not self.sockets:
            return self.last if moment < self.gone_at + GRACE else None
        active = any(
            state == ACTIVE and moment < at + AWAY_AFTER for state, at in self.sockets.values()
        )
        self.last = ACTIVE if active else AWAY
        return self.last


class Signs:
    """Who is here in this process. Not locked: the hub that owns it is."""

    def __init__(self) -> None:
        self._people: dict[int, _Presence] = {}
        self._owners: dict[str, int] = {}
        self._touched: set[int] = set()
        self.table: dict[int, str] = {}

    def sign(self, sid: str, person_id: int, state: str, moment: float) -> None:
        """Note what a socket says."""
        presence = self._people.setdefault(person_id, _Presence())
        presence.sockets[sid] = (state, moment)
        self._owners[sid] = person_id
        self._touched.add(person_id)

    def gone(self, sid: str, moment: float) -> None:
        """Note that a socket went away."""
        person_id = self._owners.pop(sid, None)
        if person_id is None:
            return
        presence = self._people[person_id]
        presence.state(moment)  # the last one said
        presence.sockets.pop(sid, None)
        presence.gone_at = moment
        self._touched.add(person_id)

    def changes(self, moment: float, *, everyone: bool = False) -> dict[int, str | None]:
        """Bring the table up to date and return what changed in it since the last call.

        ``everyone`` also looks at those of whom nothing was heard: time alone makes them go.
        """
        looked_at = list(self._people) if everyone else self._touched
        found: dict[int, str | None] = {}
        for person_id in looked_at:
            state = self._people[person_id].state(moment)
            if state != self.table.get(person_id):
                found[person_id] = state
            if state is None:
                self.table.pop(person_id, None)
                del self._people[person_id]
            else:
                self.table[person_id] = state
        self._touched = set()
        return found


def joined(states: list[str]) -> str | None:
    """Return one state for those of several processes."""
    if ACTIVE in states:
        return ACTIVE
    return AWAY if states else None
