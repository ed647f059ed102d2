"""Which documents of a segment a query's nodes match, as sets."""

from __future__ import annotations

from enterprise_social.search import words
from enterprise_social.search.query import (
    Either,
    From,
    Has,
    Hashtag,
    In,
    Is,
    Mentions,
    Node,
    Not,
    Phrase,
    Word,
    Written,
)
from enterprise_social.search.whoosh_engine import bits
from enterprise_social.search.whoosh_engine.schema import microseconds
from enterprise_social.search.whoosh_engine.snapshot import Snapshot

#: A prefix stands for at most this many words of a segment.
MAX_EXPANSIONS = 500


def match(snapshot: Snapshot, at: int, node: Node) -> int:
    """The documents of the segment at place `at` that a node matches, deleted ones included."""
    segment = snapshot.segments[at]
    match node:
        case Word():
            return word(snapshot, at, node)
        case Phrase(text=text):
            return row(snapshot, at, words.phrase(text))
        case Hashtag(name=name):
            return snapshot.postings(at, "facts", f"tag:{name}").bits
        case Mentions(person_id=person):
            return 0 if person is None else snapshot.postings(at, "facts", f"mention:{person}").bits
        case Has(what=what):
            return snapshot.postings(at, "facts", f"has:{what}").bits
        case From(person_id=person):
            return 0 if person is None else segment.authors.get(person, 0)
        case In(channel_id=channel):
            return 0 if channel is None else segment.channels.get(channel, 0)
        case Written(since=since, until=until):
            return segment.written_between(
                None if since is None else microseconds(since),
                None if until is None else microseconds(until),
            )
        case Is(what="pinned"):
            return snapshot.postings(at, "facts", "pinned").bits
        case Is(what="thread"):
            roots = snapshot.threads
            return bits.of(
                (n for n, root in enumerate(segment.root_ids) if root in roots), segment.size
            )
        case Not(node=inner):
            return bits.everything(segment.size) & ~match_any(snapshot, at, (inner,))
        case Either(options=options):
            return match_any(snapshot, at, options)
        case _:
            return 0


def match_any(snapshot: Snapshot, at: int, nodes: tuple[Node, ...]) -> int:
    """The documents that at least one of the nodes matches."""
    found = 0
    for node in nodes:
        found |= match(snapshot, at, node)
    return found


def word(snapshot: Snapshot, at: int, node: Word) -> int:
    """The documents with a word in any inflection, with a name in any of its spellings, or with
    words that begin so."""
    if node.prefix:
        return beginning(snapshot, at, node.text)
    found = 0
    for alternative in words.asked(node.text).rows:
        if len(alternative) == 1:
            found |= snapshot.postings(at, "stem", words.stem(alternative[0])).bits
        else:
            found |= row(snapshot, at, alternative)
    return found


def beginning(snapshot: Snapshot, at: int, text: str) -> int:
    """The documents with a word that begins so; of a name with signs only the last word is open."""
    *before, last = words.phrase(text) or ("",)
    if len(last) < 3 and last.isascii():
        found = snapshot.postings(at, "text", last).bits
    else:
        found = 0
        for term in snapshot.segments[at].starting_with(last)[:MAX_EXPANSIONS]:
            found |= snapshot.postings(at, "text", term).bits
    for term in before:
        found &= snapshot.postings(at, "text", term).bits
    return found


def row(snapshot: Snapshot, at: int, terms: tuple[str, ...]) -> int:
    """The documents with these words side by side in this order."""
    found = bits.everything(snapshot.segments[at].size) if terms else 0
    for term in set(terms):
        found &= snapshot.postings(at, "text", term).bits
    if not found or len(terms) < 2:
        return found
    segment = snapshot.segments[at]
    places = {term: segment.positions(term, found) for term in set(terms)}
    exact = []
    for number in bits.numbers(found, segment.size):
        starts = set(places[terms[0]].get(number, ()))
        for offset, term in enumerate(terms[1:], start=1):
            starts &= {place - offset for place in places[term].get(number, ())}
        if starts:
            exact.append(number)
    return bits.of(exact, segment.size)
