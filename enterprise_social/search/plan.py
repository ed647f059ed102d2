"""How a query is answered, the same in every engine.

Filters must hold. Words should all stand in a post; where too few posts have them all, posts with
most of them follow. A word that no readable post holds is taken for a slip.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from enterprise_social.search import words
from enterprise_social.search.query import Either, Node, Not, Phrase, Query, Word

#: The share of the words' weight that a post must hold to be shown after those with all of them.
MOST = 0.4
#: What the form as written adds to the inflected one, and a thread's words to a post's own.
EXACT = 0.25
THREAD = 0.5
#: How soon a word said again in a thread counts no more (BM25's k1 for threads).
THREAD_K1 = 2.0
#: A post of today weighs this much more than an old one; the rest halves every ninety days.
RECENT = 0.15
HALF_LIFE_DAYS = 90
#: Pages by relevance end after so many hits: nobody reads on.
DEEPEST = 2_000
#: So many channels and authors are worth counting in the facets.
LONGEST = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """A query's parts: what must hold, which words may be given up, and what scores."""

    required: tuple[Node, ...]
    given_up: tuple[Node, ...]
    scoring: tuple[Node, ...]


def plan(query: Query) -> Plan:
    """Sorts the parts of a query."""
    return Plan(
        required=tuple(part for part in query.parts if not _is_words(part)),
        given_up=tuple(part for part in query.parts if _is_words(part)),
        scoring=tuple(
            leaf
            for part in query.parts
            for leaf in (part.options if isinstance(part, Either) else (part,))
            if isinstance(leaf, Word | Phrase)
        ),
    )


def inverse_frequency(documents: int, holding: int) -> float:
    """BM25's weight of a word that stands in `holding` of `documents` posts, never below zero
    (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009)."""
    return math.log(1 + max(0.0, documents - holding + 0.5) / (holding + 0.5))


def corrected(
    query: Query, holds: Callable[[Word], bool], near: Callable[[str], Sequence[str]]
) -> tuple[Query, str | None]:
    """The query with misspelt words replaced, and its text where there were any.

    `holds` tells whether any post that the searcher may read has a word: what they may not read
    must neither keep a word from being corrected nor be what it is corrected to. `near` gives
    words of the index that are spelt alike, the likeliest first.
    """
    meant: dict[str, str] = {}
    for leaf in query.leaves():
        if not isinstance(leaf, Word) or leaf.prefix or len(words.phrase(leaf.text)) != 1:
            continue
        if not holds(leaf):
            found = next((w for w in near(words.fold(leaf.text)) if holds(Word(w))), None)
            if found is not None:
                meant[leaf.text] = found
    if not meant:
        return query, None
    source = query.source
    for typed, word in meant.items():
        source = source.replace(typed, word)
    return replace(query, parts=tuple(_replace(part, meant) for part in query.parts)), source


def texts(query: Query) -> Iterator[str]:
    """What to mark in a hit: words, `"phrases"`, and beginnings with a `*`."""
    for part in query.parts:
        if isinstance(part, Not):
            continue
        for leaf in part.options if isinstance(part, Either) else (part,):
            if isinstance(leaf, Word):
                yield leaf.text + "*" * leaf.prefix
            elif isinstance(leaf, Phrase):
                yield f'"{leaf.text}"'


def _is_words(part: Node) -> bool:
    if isinstance(part, Either):
        return all(_is_words(option) for option in part.options)
    return isinstance(part, Word)


def _replace(part: Node, meant: dict[str, str]) -> Node:
    if isinstance(part, Either):
        return Either(tuple(_replace(option, meant) for option in part.options))
    if isinstance(part, Not):
        return part
    if isinstance(part, Word) and not part.prefix and part.text in meant:
        return Word(meant[part.text])
    return part
