"""Which documents of a segment a query's nodes match, as sets."""

from __future__ import annotations

from enterprise_social.search import words
from enterprise_social.search.query import (
    Either,
    Filename,
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
    match node:
        case Word():
            return word(snapshot, at, node)
        case Phrase(text=text):
            return row(snapshot, at, words.phrase(text))
        case Not(node=inner):
            everything = bits.everything(snapshot.segments[at].size)
            return everything & ~match_any(snapshot, at, (inner,))
        case Either(options=options):
            return match_any(snapshot, at, options)
        case From() | In() | Written():
            return _number(snapshot, at, node)
        case Filename(terms=terms):
            found = bits.everything(snapshot.segments[at].size)
            for term in terms:
                found &= snapshot.postings(at, "facts", f"name:{term}").bits
            return found
        case Is(what="thread"):
            return _threads(snapshot, at)
        case Is(what="reply"):
            return snapshot.segments[at].replies
    fact = _fact(node)
    return snapshot.postings(at, "facts", fact).bits if fact else 0


def _number(snapshot: Snapshot, at: int, node: From | In | Written) -> int:
    segment = snapshot.segments[at]
    if isinstance(node, From):
        return 0 if node.person_id is None else segment.authors.get(node.person_id, 0)
    if isinstance(node, In):
        return 0 if node.channel_id is None else segment.channels.get(node.channel_id, 0)
    since, until = (None if day is None else microseconds(day) for day in (node.since, node.until))
    return segment.written_between(since, until)


def _threads(snapshot: Snapshot, at: int) -> int:
    """The roots that were answered, and the answers."""
    segment, roots = snapshot.segments[at], snapshot.threads
    return bits.of((n for n, root in enumerate(segment.root_ids) if root in roots), segment.size)


def _fact(node: Node) -> str | None:
    """The term of `facts` that a node stands for."""
    match node:
        case Hashtag(name=name):
            return f"tag:{name}"
        case Mentions(person_id=int() as person):
            return f"mention:{person}"
        case Has(what=what):
            return f"has:{what}"
        case Is(what="pinned"):
            return "pinned"
    return None


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
