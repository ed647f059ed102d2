"""Answers one request from the tables.

All that is counted, ranked and shown is of the newest matches, as many as paging reaches: what a
search costs is bounded, however many posts there are and however common a word is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from sqlalchemy import and_, func, literal, select
from sqlalchemy.engine import Connection

from enterprise_social.search import plan
from enterprise_social.search.engine import Hit, Hits, Request, decode_cursor, encode_cursor
from enterprise_social.search.models import SearchDocument as Row
from enterprise_social.search.postgres_engine import conditions
from enterprise_social.search.postgres_engine.ranking import Entry, Pool
from enterprise_social.search.query import Word

Near = Callable[[Connection, str], Sequence[str]]


class Search:
    """One request on one connection; `near` finds words that are spelt alike."""

    def __init__(
        self, connection: Connection, generation: int, request: Request, near: Near
    ) -> None:
        self.connection = connection
        self.request = request
        self.near = near
        self.limit = max(1, min(200, request.limit))
        self.generation = generation
        self.readable = conditions.readable(generation, request.channels)

    def run(self) -> Hits:
        """The page asked for."""
        request = self.request
        if request.query.empty or not request.channels:
            return Hits()
        cursor = self._cursor()
        query, corrected = plan.corrected(
            request.query, self._holds, lambda word: self.near(self.connection, word)
        )
        parts = plan.plan(query)
        latest = datetime.fromtimestamp(cursor["as_of"], UTC)
        allowed = and_(
            self.readable, Row.created_at <= latest, *map(conditions.match, parts.required)
        )
        full = and_(allowed, *map(conditions.match, parts.given_up))
        pool = Pool(self.connection, self.generation, self.readable, parts, request.now)
        found = pool.newest(full, scored=request.sort != "newest")
        partial: list[Entry] = []
        if len(found) < self.limit and len(parts.given_up) > 1:
            partial = pool.most(allowed, full)
        at = cursor["at"]
        hits = self._page(pool, found, partial, at)
        total = len(found) + len(partial)
        after = at + len(hits)
        more = bool(hits) and after < total and after < plan.DEEPEST
        return Hits(
            hits=tuple(hits),
            total=total,
            facets=_facets([*found, *partial]),
            corrected=corrected,
            words=tuple(plan.texts(query)),
            partial_from=len(found) if partial else None,
            position=at,
            next_cursor=encode_cursor({**cursor, "at": after}) if more else None,
        )

    def _cursor(self) -> dict[str, int]:
        given = decode_cursor(self.request.cursor, at=int, as_of=int)
        # Posts written after the first page was asked for would move what is on the next one.
        if given is None or not 0 <= given["as_of"] < 2**36 or given["at"] < 0:
            latest = select(func.max(Row.created_at)).where(Row.generation == self.generation)
            newest = self.connection.execute(latest).scalar()
            moment = max(newest or self.request.now, self.request.now)
            return {"at": 0, "as_of": ceil(moment.timestamp())}
        return given

    def _holds(self, word: Word) -> bool:
        statement = select(literal(1)).where(self.readable, conditions.word(word)).limit(1)
        return self.connection.execute(statement).first() is not None

    def _page(self, pool: Pool, found: list[Entry], partial: list[Entry], at: int) -> list[Hit]:
        """Hits from position `at` on: those with every word, then those with most."""
        newest = self.request.sort == "newest"
        full = found[: plan.DEEPEST] if newest else pool.ranked(found[: plan.DEEPEST])
        if newest:
            partial = sorted(partial, key=lambda one: (one.created_at, one.post_id), reverse=True)
        hits = [*full, *partial][at : at + self.limit]
        return [Hit(one.post_id, one.created_at.timestamp() if newest else one.score)
                for one in hits]  # fmt: skip


def _facets(entries: Sequence[Entry]) -> Mapping[str, Mapping[Any, int]]:
    """How many there are of each channel, author and kind."""
    channels = Counter(entry.channel_id for entry in entries)
    authors = Counter(entry.author_id for entry in entries)
    links = sum(entry.has_link for entry in entries)
    kinds = {
        "reply": sum(entry.post_id != entry.root_id for entry in entries),
        "pinned": sum(entry.is_pinned for entry in entries),
    }
    return {
        "channel": _most_common(channels),
        "author": _most_common(authors),
        "has": {"link": links} if links else {},
        "is": {name: count for name, count in kinds.items() if count},
    }


def _most_common(counts: dict[int, int]) -> dict[int, int]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[: plan.LONGEST])
