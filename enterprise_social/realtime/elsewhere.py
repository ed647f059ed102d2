"""Who is here in the other processes: told by them at once, and kept where all can read it.

Each process keeps its table in the ephemeral store for a short while and renews it, so one that
starts later reads them, and the people of one that died go by themselves.
"""

from __future__ import annotations

from typing import Any

from enterprise_social.core.ephemeral import Ephemeral
from enterprise_social.core.whereabouts import DIRECTORY, table_of

RENEW_EVERY = 15.0
KEPT = 45.0


class Elsewhere:
    """The tables of the other processes."""

    def __init__(self, name: str, store: Ephemeral) -> None:
        self._name = name
        self._store = store
        self._tables: dict[str, dict[int, str]] = {}
        self._until: dict[str, float] = {}

    def states(self, person_id: int) -> list[str]:
        """Return somebody's state in each process where they are."""
        return [table[person_id] for table in self._tables.values() if person_id in table]

    def told(
        self, process: str, changes: list[tuple[int, str | None]], moment: float, kept: float
    ) -> None:
        """Note what another process says; what it says nothing of for ``kept`` seconds is over."""
        table = self._tables.setdefault(process, {})
        for person_id, state in changes:
            if state is None:
                table.pop(person_id, None)
            else:
                table[person_id] = state
        self._until[process] = moment + kept

    def keep(self, own: dict[int, str]) -> None:
        """Keep one's own table for another while. Before others are told: what they read of it
        must not be older than what they heard."""
        self._store.put(table_of(self._name), [[*pair] for pair in own.items()], KEPT)

    def read(self) -> dict[str, dict[int, str] | None]:
        """Return the others' tables as they are kept, None for those that are not any more."""
        known = self._store.get(DIRECTORY) or []
        kept = {name: self._table(name) for name in {*known, *self._tables} - {self._name}}
        if self._name not in known:
            # Two that write it at the same moment: the one that is lost writes it again next time.
            alive = [name for name in known if kept.get(name) is not None]
            known = [*alive, self._name]
        self._store.put(DIRECTORY, known, 10 * KEPT)
        return kept

    def take(self, kept: dict[str, dict[int, str] | None], moment: float) -> set[int]:
        """Take in what was read; returns the people of whom something changed."""
        moved: set[int] = set()
        for name, table in kept.items():
            before = self._tables.get(name, {})
            if table is not None:
                self._tables[name] = table
                self._until[name] = moment + KEPT
            elif self._until.get(name, 0.0) > moment:
                continue
            else:
                self._tables.pop(name, None)
                self._until.pop(name, None)
            now = table or {}
            moved |= {each for each in {*before, *now} if before.get(each) != now.get(each)}
        return moved

    def leave(self) -> None:
        """Say no more; one's people stay for the grace of those who come back elsewhere."""
        self._store.delete(table_of(self._name))

    def _table(self, name: str) -> dict[int, str] | None:
        raw: Any = self._store.get(table_of(name))
        return None if raw is None else {int(each): str(state) for each, state in raw}
