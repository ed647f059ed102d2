"""How well rows fit, reckoned over a pool of some thousand of them.

The measure is that of the other engine (see `plan` for its constants): BM25 without the number of
times a word stands in one post, more for the very form, and, lighter, what the thread holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import false, func, literal, or_, select, text
from sqlalchemy.engine import Connection

from enterprise_social.search import plan
from enterprise_social.search.models import SearchDocument as Row
from enterprise_social.search.postgres_engine import conditions
from enterprise_social.search.postgres_engine.conditions import Condition
from enterprise_social.search.query import Either, Word

#: The newest so many matches are ranked: as many as paging reaches.
SIZE = plan.DEEPEST
#: Threads are looked up for so many of them.
PROMISING = 300
#: BM25's b, with k1 such that a post of usual length gets a whole weight.
_SHORT, _SLOPE = 0.55, 0.45
_ROW = (
    Row.post_id,
    Row.root_id,
    Row.created_at,
    Row.length,
    Row.channel_id,
    Row.author_id,
    (literal("has:link") == func.any(Row.facts)).label("link"),
    (literal("pinned") == func.any(Row.facts)).label("pinned"),
)


@dataclass(slots=True)
class Entry:
    """A row of the pool: which words it has, which in the very form, and its score."""

    post_id: int
    root_id: int
    created_at: datetime
    length: int
    channel_id: int
    author_id: int
    has_link: bool
    is_pinned: bool
    has: Sequence[bool]
    exact: Sequence[bool]
    score: float = 0.0


class Pool:
    """Ranks the matches of one query."""

    def __init__(
        self,
        connection: Connection,
        generation: int,
        readable: Condition,
        parts: plan.Plan,
        now: datetime,
    ) -> None:
        self.connection = connection
        self.generation = generation
        # Words are counted in these only: what one weighs must not tell that others hold it.
        self.readable = readable
        self.parts = parts
        self.now = now
        self.words = [conditions.match(node) for node in parts.scoring]
        self.live = Row.generation == generation
        self._weights: list[float] | None = None

    def newest(self, full: Condition, *, scored: bool) -> list[Entry]:
        """The newest rows with every word, one more than paging reaches; to be `scored` or not."""
        # Where every word must stand, it need not be looked for again.
        certain = all(node in self.parts.scoring for node in self.parts.given_up)
        return self._read(full, certain=certain and not self._alternatives(), scored=scored)

    def ranked(self, entries: list[Entry]) -> list[Entry]:
        """These, the best first."""
        return self._score(entries)

    def most(self, allowed: Condition, full: Condition) -> list[Entry]:
        """Rows with most of the words and not all, the best first."""
        asked = [conditions.match(node) for node in self.parts.given_up]
        sizes = [self._size(condition) for condition in asked]
        total = self._documents()
        weights = [plan.inverse_frequency(total, size) if size else 0.0 for size in sizes]
        chosen: list[Condition] = []
        room = SIZE * 2
        for size, condition in sorted(zip(sizes, asked, strict=True), key=lambda pair: pair[0]):
            if size and (not chosen or size <= room):
                chosen.append(condition)
                room -= size
        if not chosen:
            return []
        flags = [condition.label(f"asked_{at}") for at, condition in enumerate(asked)]
        statement = (
            select(Row.post_id, *flags)
            .where(allowed, or_(false(), *chosen), ~full)
            .order_by(Row.created_at.desc())
            .limit(SIZE * 2)
        )
        enough = sum(weights) * plan.MOST
        ids = [
            row[0]
            for row in self.connection.execute(statement)
            if sum(w for w, held in zip(weights, row[1:], strict=True) if held) >= enough
        ]
        return self._score(self._read(Row.post_id.in_(ids))) if ids else []

    def _alternatives(self) -> bool:
        """Whether some of the scoring words come from an `OR`, so that a post may lack them."""
        return any(isinstance(part, Either) for part in self.parts.given_up + self.parts.required)

    def _read(
        self, condition: Condition, *, certain: bool = False, scored: bool = True
    ) -> list[Entry]:
        exact = [
            conditions.exact(node) if isinstance(node, Word) else None
            for node in (self.parts.scoring if scored else ())
        ]
        looked = self.words if scored and not certain else []
        columns: list[Any] = [word.label(f"word_{at}") for at, word in enumerate(looked)]
        columns += [
            (false() if one is None else one).label(f"exact_{at}") for at, one in enumerate(exact)
        ]
        statement = (
            select(*_ROW, *columns)
            .where(self.live, condition)
            .order_by(Row.created_at.desc(), Row.post_id.desc())
            .limit(SIZE + 1)
        )
        first, middle = len(_ROW), len(_ROW) + len(looked)
        every = (True,) * len(self.words)
        found = []
        for row in self.connection.execute(statement):
            cells = [*row[:first], every if certain else row[first:middle], row[middle:]]
            found.append(Entry(*cells))
        return found

    def _score(self, entries: list[Entry]) -> list[Entry]:
        """Scores and sorts; what the threads add is looked up for the most promising only."""
        weights = self._word_weights()
        usual = sum(entry.length for entry in entries) / (len(entries) or 1) or 1.0
        for entry in entries:
            own = sum(
                weight * (has + plan.EXACT * exact)
                for weight, has, exact in zip(weights, entry.has, entry.exact, strict=True)
            )
            entry.score = own / (_SHORT + _SLOPE * entry.length / usual)
        entries.sort(key=_order, reverse=True)
        threads = self._threads({entry.root_id for entry in entries[:PROMISING]}, weights)
        for entry in entries:
            age = (self.now - entry.created_at).total_seconds() / 86_400
            recent = 1 + plan.RECENT * 2.0 ** (-max(0.0, age) / plan.HALF_LIFE_DAYS)
            entry.score = (entry.score + threads.get(entry.root_id, 0.0)) * recent
        entries.sort(key=_order, reverse=True)
        return entries

    def _threads(self, roots: Iterable[int], weights: Sequence[float]) -> dict[int, float]:
        """What the words weigh in each thread of more than one post, by its root."""
        wanted = list(roots)
        scores: dict[int, float] = defaultdict(float)
        if not self.words or not wanted:
            return scores
        flags = [
            func.count().filter(word).label(f"word_{at}") for at, word in enumerate(self.words)
        ]
        statement = (
            select(Row.root_id, *flags)
            .where(self.live, Row.root_id.in_(wanted))
            .group_by(Row.root_id)
            .having(func.count() > 1)
        )
        for root, *counts in self.connection.execute(statement):
            for weight, times in zip(weights, counts, strict=True):
                if times:
                    factor = plan.THREAD * (plan.THREAD_K1 + 1)
                    scores[root] += weight * factor * times / (times + plan.THREAD_K1)
        return scores

    def _word_weights(self) -> list[float]:
        """How rare each word is, counted up to the size of the pool."""
        if self._weights is None and len(self.words) == 1:
            self._weights = [1.0]  # nothing to weigh it against
        if self._weights is None:
            total = self._documents()
            self._weights = [plan.inverse_frequency(total, self._size(word)) for word in self.words]
        return self._weights

    def _size(self, condition: Condition) -> int:
        some = select(literal(1)).where(self.readable, condition).limit(SIZE * 2).subquery()
        return self.connection.execute(select(func.count()).select_from(some)).scalar_one()

    def _documents(self) -> int:
        """How many rows there are, about: as the planner believes."""
        believed = self.connection.execute(
            text("SELECT reltuples::bigint FROM pg_class WHERE oid = CAST(:name AS regclass)"),
            {"name": Row.__tablename__},
        ).scalar_one()
        return max(int(believed), SIZE)


def _order(entry: Entry) -> tuple[float, datetime, int]:
    return entry.score, entry.created_at, entry.post_id
