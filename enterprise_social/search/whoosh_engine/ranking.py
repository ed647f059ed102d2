"""How well posts fit the words of a query.

A post's score is the BM25 weight of the query's words in it, with more for the very form that was
asked for, and, lighter, their weight in the whole thread that it belongs to: an answer seldom
repeats its question. A thread's words are added up from its posts while searching, so nothing has
to be indexed again when a thread grows. Recency is a gentle factor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from enterprise_social.search import words
from enterprise_social.search.plan import (
    EXACT,
    HALF_LIFE_DAYS,
    RECENT,
    THREAD,
    THREAD_K1,
    inverse_frequency,
)
from enterprise_social.search.query import Node, Phrase, Word
from enterprise_social.search.whoosh_engine import bits
from enterprise_social.search.whoosh_engine.snapshot import Snapshot

_HALF_LIFE = HALF_LIFE_DAYS * 86_400_000_000.0
#: Words in more than this share of all posts tell little about a thread.
COMMON = 0.25


@dataclass(frozen=True, slots=True)
class Term:
    """One list of postings that scores: a field's term, how much it weighs, and whether a thread
    takes part in it."""

    field: str
    text: str
    weight: float
    threaded: bool


def terms(snapshot: Snapshot, readable: Sequence[int], nodes: Sequence[Node]) -> list[list[Term]]:
    """The scoring terms of each word of the query, weighed by how rare they are.

    They are counted in the `readable` documents of each segment: an order that followed from
    others would tell what these say.
    """
    documents = sum(one.bit_count() for one in readable)
    return [_terms_of(_Counted(snapshot, readable, documents), node) for node in nodes]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Where words are counted, and how many documents there are."""

    snapshot: Snapshot
    readable: Sequence[int]
    documents: int

    def holding(self, field: str, text: str) -> int:
        """How many documents hold a term."""
        return sum(
            (self.snapshot.postings(at, field, text).bits & readable).bit_count()
            for at, readable in enumerate(self.readable)
        )


def _terms_of(counted: _Counted, node: Node) -> list[Term]:
    if isinstance(node, Phrase):
        return [
            term
            for text in words.phrase(node.text)
            for term in _weighed(counted, (("text", text, 1.0),))
        ]
    if not isinstance(node, Word):
        return []
    if node.prefix:
        return []
    found: list[Term] = []
    for row in words.asked(node.text).rows:
        if len(row) > 1:
            found += [t for text in row for t in _weighed(counted, (("text", text, 1.0),))]
            continue
        stemmed = words.stem(row[0])
        parts: tuple[tuple[str, str, float], ...] = (("stem", stemmed, 1.0),)
        if row[0].isalpha():
            parts += (("text", row[0], EXACT),)
        found += _weighed(counted, parts)
    return found


def _weighed(counted: _Counted, parts: tuple[tuple[str, str, float], ...]) -> list[Term]:
    found = []
    rarity = 0.0
    for field, text, share in parts:
        count = counted.holding(field, text)
        if count:
            # The inflected form is found wherever the exact one is: its rarity counts for both.
            rarity = rarity or inverse_frequency(counted.documents, count)
            threaded = share == 1.0 and count < counted.documents * COMMON
            found.append(Term(field, text, rarity * share, threaded))
    return found


def thread_scores(snapshot: Snapshot, wanted: list[list[Term]]) -> dict[int, float]:
    """What the words weigh in each thread of more than one post, by its root."""
    total: dict[int, float] = defaultdict(float)
    roots = snapshot.threads
    for group in wanted:
        for term in group:
            if not term.threaded:
                continue
            heard: dict[int, float] = defaultdict(float)
            for at, segment in enumerate(snapshot.segments):
                postings = snapshot.postings(at, term.field, term.text)
                root_ids = segment.root_ids
                for number in postings.documents:
                    heard[root_ids[number]] += 1.0
            factor = term.weight * THREAD * (THREAD_K1 + 1)
            for root, times in heard.items():
                if root in roots:
                    total[root] += factor * times / (times + THREAD_K1)
    return total


def scores(
    snapshot: Snapshot,
    at: int,
    wanted: list[list[Term]],
    threads: dict[int, float],
    found: int,
    now: int,
) -> list[tuple[float, int]]:
    """(score, document) of the found documents of a segment; `now` in microseconds."""
    segment = snapshot.segments[at]
    total = [0.0] * segment.size
    for group in wanted:
        for term in group:
            postings = snapshot.postings(at, term.field, term.text)
            weight = term.weight
            for number, impact in zip(postings.documents, postings.impacts, strict=True):
                total[number] += weight * impact
    created, root_ids = segment.created, segment.root_ids
    recent = not segment.newest < now - 20 * _HALF_LIFE
    ranked = []
    for number in bits.numbers(found, segment.size):
        score = total[number] + threads.get(root_ids[number], 0.0)
        if recent:
            score *= 1 + RECENT * 2.0 ** ((created[number] - now) / _HALF_LIFE)
        ranked.append((score, number))
    return ranked
