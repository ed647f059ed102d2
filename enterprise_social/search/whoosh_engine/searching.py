"""Answers one request from one snapshot."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enterprise_social.search import plan
from enterprise_social.search.engine import Hit, Hits, Request, decode_cursor, encode_cursor
from enterprise_social.search.query import Node, Word
from enterprise_social.search.whoosh_engine import bits, matching, ranking
from enterprise_social.search.whoosh_engine.facets import count
from enterprise_social.search.whoosh_engine.schema import microseconds
from enterprise_social.search.whoosh_engine.snapshot import Snapshot


@dataclass
class _Found:
    """What each segment holds: with every word, and with some."""

    full: list[int]
    partial: list[int]

    @property
    def all(self) -> list[int]:
        return [full | some for full, some in zip(self.full, self.partial, strict=True)]


class Search:
    """One request against one snapshot; `run` may be called once."""

    def __init__(self, snapshot: Snapshot, request: Request) -> None:
        self.snapshot = snapshot
        self.request = request
        self.deadline = time.monotonic() + request.seconds
        self.complete = True
        self.limit = max(1, min(200, request.limit))
        self.places = range(len(snapshot.segments))
        self.readable = snapshot.readable(request.channels)

    def run(self) -> Hits:
        """The page asked for."""
        query = self.request.query
        if query.empty:
            return Hits()
        cursor = self._cursor()
        query, corrected = plan.corrected(query, self._holds, self._near)
        parts = plan.plan(query)
        found = self._match(parts, cursor["as_of"])
        total_full = sum(full.bit_count() for full in found.full)
        if self.request.sort == "newest":
            page = self._newest(found, cursor)
        else:
            page = self._relevant(found, cursor, parts.scoring)
        total = total_full + sum(some.bit_count() for some in found.partial)
        position = int(cursor["at"])
        after = position + len(page)
        more = bool(page) and after < total and after < plan.DEEPEST
        return Hits(
            hits=tuple(page),
            total=total,
            facets=count(self.snapshot, found.all),
            corrected=corrected,
            words=tuple(plan.texts(query)),
            partial_from=total_full if any(found.partial) else None,
            position=position,
            next_cursor=encode_cursor({**cursor, "at": after}) if more else None,
            complete=self.complete,
        )

    def _cursor(self) -> dict[str, int]:
        given = decode_cursor(self.request.cursor, at=int, as_of=int)
        # Posts written after the first page was asked for would move what is on the next one.
        newest = max((segment.newest for segment in self.snapshot.segments), default=0)
        return given or {"at": 0, "as_of": max(newest, microseconds(self.request.now))}

    def _late(self) -> bool:
        if time.monotonic() < self.deadline:
            return False
        self.complete = False
        return True

    # Matching

    def _match(self, parts: plan.Plan, as_of: int) -> _Found:
        full, rest = [], []
        for at in self.places:
            allowed = self.readable[at]
            if not allowed or self._late():
                full.append(0)
                rest.append(0)
                continue
            allowed &= self.snapshot.segments[at].written_between(None, as_of + 1)
            for node in parts.required:
                allowed &= matching.match(self.snapshot, at, node) if allowed else 0
            all_words = allowed
            for node in parts.given_up:
                all_words &= matching.match(self.snapshot, at, node) if all_words else 0
            full.append(all_words)
            rest.append(allowed & ~all_words)
        if len(parts.given_up) < 2 or sum(found.bit_count() for found in full) >= self.limit:
            return _Found(full, [0] * len(full))
        return _Found(full, self._most(parts.given_up, rest))

    def _most(self, given_up: Sequence[Node], allowed: list[int]) -> list[int]:
        """The documents with most of the words: at least half, weighed by how rare they are."""
        weighed = []
        documents = sum(one.bit_count() for one in self.readable)
        for node in given_up:
            # Of readable posts only: what a word weighs must not tell that others hold it.
            sets = [
                matching.match(self.snapshot, at, node) & self.readable[at] if allowed[at] else 0
                for at in self.places
            ]
            holding = sum(one.bit_count() for one in sets)
            weighed.append((plan.inverse_frequency(documents, holding), sets))
        weighed = [entry for entry in weighed if any(entry[1])]
        if not weighed:
            return [0] * len(allowed)
        enough = sum(weight for weight, _ in weighed) * plan.MOST
        return [
            allowed[at] & _heavy([(weight, sets[at]) for weight, sets in weighed], enough)
            for at in self.places
        ]

    # Order

    def _newest(self, found: _Found, cursor: dict[str, int]) -> list[Hit]:
        """Newest first: from the newest segment back, until no older one can reach the page."""
        want = cursor["at"] + self.limit
        page: list[tuple[int, int, int]] = []
        for tier, sets in enumerate((found.full, found.partial)):
            best: list[tuple[int, int, int]] = []
            for at, segment in enumerate(self.snapshot.segments):
                room = want - len(page)
                if len(best) >= room and (not best or segment.newest < best[-1][1]):
                    break
                if sets[at]:
                    best += [
                        (-tier, segment.created[n], segment.post_ids[n])
                        for n in bits.numbers(sets[at], segment.size)
                    ]
                    best.sort(reverse=True)
                    del best[max(0, room) :]
            page += best
        return [Hit(post_id, float(made)) for _, made, post_id in page[cursor["at"] : want]]

    def _relevant(self, found: _Found, cursor: dict[str, int], nodes: Sequence[Node]) -> list[Hit]:
        snapshot = self.snapshot
        wanted = ranking.terms(snapshot, self.readable, nodes)
        threads = ranking.thread_scores(snapshot, wanted)
        now = microseconds(self.request.now)
        want = min(plan.DEEPEST, cursor["at"] + self.limit)
        best: list[tuple[bool, float, int, int]] = []
        for at, segment in enumerate(snapshot.segments):
            both = found.full[at] | found.partial[at]
            if not both or (best and self._late()):
                continue
            ranked = ranking.scores(snapshot, at, wanted, threads, both, now)
            full = found.full[at]
            entries: Iterable[tuple[bool, float, int, int]] = (
                (bool(full >> n & 1), score, segment.created[n], segment.post_ids[n])
                for score, n in _contenders(ranked, best, want, bool(found.partial[at]))
            )
            best = heapq.nlargest(want, [*best, *entries])
        return [Hit(post_id, score) for _, score, _, post_id in best[cursor["at"] :]]

    # Correction

    def _holds(self, node: Word) -> bool:
        """Whether any post that the searcher may read has the word."""
        return any(
            allowed and matching.match(self.snapshot, at, node) & allowed
            for at, allowed in enumerate(self.readable)
        )

    def _near(self, word: str) -> Sequence[str]:
        return () if self._late() else self.snapshot.vocabulary.near(word)


def _heavy(weighed: list[tuple[float, int]], enough: float) -> int:
    """The documents whose words weigh at least `enough`, from each word's set.

    Weights are rounded to a thirtieth of the whole, so that there are few cases to keep apart.
    """
    whole = sum(weight for weight, _ in weighed) or 1.0
    needed = round(30 * enough / whole)
    cases: dict[int, int] = {0: -1}
    for weight, holding in weighed:
        units = round(30 * weight / whole)
        following: dict[int, int] = {}
        for reached, documents in cases.items():
            more = min(needed, reached + units)
            following[more] = following.get(more, 0) | documents & holding
            following[reached] = following.get(reached, 0) | documents & ~holding
        cases = following
    return cases.get(needed, 0)


def _contenders(
    ranked: list[tuple[float, int]],
    best: list[tuple[bool, float, int, int]],
    want: int,
    mixed: bool,
) -> Iterable[tuple[float, int]]:
    """Leaves out what can't reach the page, so that few need comparing in full."""
    if mixed or len(ranked) <= want:
        return ranked
    if len(best) >= want and best[-1][0]:
        floor = best[-1][1]
        ranked = [entry for entry in ranked if entry[0] >= floor]
    return heapq.nlargest(want * 2, ranked) if len(ranked) > want * 2 else ranked
