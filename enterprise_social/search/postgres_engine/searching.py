"""Answers one request from the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.engine import Connection

from enterprise_social.search import plan
from enterprise_social.search.engine import Hit, Hits, Request, decode_cursor, encode_cursor
from enterprise_social.search.models import SearchDocument as Row
from enterprise_social.search.postgres_engine import conditions
from enterprise_social.search.postgres_engine.conditions import Condition
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
        total_full, facets = self._count(full)
        partial: list[Entry] = []
        if total_full < self.limit and len(parts.given_up) > 1:
            partial = pool.most(allowed, full)
            if partial:
                ids = [entry.post_id for entry in partial]
                facets = self._count(or_(full, and_(self.readable, Row.post_id.in_(ids))))[1]
        at = cursor["at"]
        hits = self._page(pool, full, total_full, partial, at)
        total = total_full + len(partial)
        after = at + len(hits)
        more = bool(hits) and after < total and after < plan.DEEPEST
        return Hits(
            hits=tuple(hits),
            total=total,
            facets=facets,
            corrected=corrected,
            words=tuple(plan.texts(query)),
            partial_from=total_full if partial else None,
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

    def _count(self, condition: Condition) -> tuple[int, Mapping[str, Mapping[Any, int]]]:
        """How many rows there are, and how many of each channel, author and kind."""
        found = (
            select(
                Row.channel_id,
                Row.author_id,
                (Row.post_id != Row.root_id).label("reply"),
                (literal("pinned") == func.any(Row.facts)).label("pinned"),
                (literal("has:link") == func.any(Row.facts)).label("link"),
            )
            .where(condition)
            .cte("found")
        )
        columns = found.c
        rows = self.connection.execute(
            select(
                columns.channel_id,
                columns.author_id,
                func.count(),
                func.count().filter(columns.reply),
                func.count().filter(columns.pinned),
                func.count().filter(columns.link),
            ).group_by(columns.channel_id, columns.author_id)
        ).all()
        channels: dict[int, int] = {}
        authors: dict[int, int] = {}
        for channel_id, author_id, posts, *_kinds in rows:
            channels[channel_id] = channels.get(channel_id, 0) + posts
            authors[author_id] = authors.get(author_id, 0) + posts
        sums = [sum(row[at] for row in rows) for at in range(2, 6)]
        kinds = {"reply": sums[1], "pinned": sums[2]}
        return sums[0], {
            "channel": _most_common(channels),
            "author": _most_common(authors),
            "has": {"link": sums[3]} if sums[3] else {},
            "is": {name: count for name, count in kinds.items() if count},
        }

    def _page(
        self, pool: Pool, full: Condition, total_full: int, partial: list[Entry], at: int
    ) -> list[Hit]:
        """Hits from position `at` on: those with every word, then those with most."""
        hits: list[Hit] = []
        if at < total_full:
            if self.request.sort == "newest":
                hits = self._newest(full, at)
            else:
                hits = [
                    Hit(entry.post_id, entry.score)
                    for entry in pool.ranked(full)[at : at + self.limit]
                ]
        start = max(0, at - total_full)
        rest = partial[start : start + self.limit - len(hits)]
        if self.request.sort == "newest":
            ordered = sorted(partial, key=lambda one: (one.created_at, one.post_id), reverse=True)
            rest = ordered[start : start + self.limit - len(hits)]
        return hits + [Hit(entry.post_id, entry.score) for entry in rest]

    def _newest(self, full: Condition, at: int) -> list[Hit]:
        statement = (
            select(Row.post_id, Row.created_at)
            .where(full)
            .order_by(Row.created_at.desc(), Row.post_id.desc())
            .offset(at)
            .limit(self.limit)
        )
        rows = self.connection.execute(statement)
        return [Hit(row.post_id, row.created_at.timestamp()) for row in rows]


def _most_common(counts: dict[int, int]) -> dict[int, int]:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return dict(ordered[: plan.LONGEST])
