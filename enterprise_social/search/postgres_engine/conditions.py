"""What a query's nodes mean as SQL."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from sqlalchemy import ColumnElement, and_, any_, cast, exists, false, literal, not_, or_
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import aliased
from sqlalchemy.types import BigInteger, Text

from enterprise_social.search import words
from enterprise_social.search.models import SearchDocument as Row
from enterprise_social.search.postgres_engine import vectors
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

Condition = ColumnElement[bool]


def readable(generation: int, channels: Set[int]) -> Condition:
    """The rows of the live index in these channels."""
    ids = cast(literal(sorted(channels), ARRAY(BigInteger)), ARRAY(BigInteger))
    return and_(Row.generation == generation, Row.channel_id == any_(ids))


def match(node: Node) -> Condition:
    """The rows that a node matches."""
    match node:
        case Word():
            return word(node)
        case Phrase(text=text):
            return _written(vectors.row(words.phrase(text)))
        case Not(node=inner):
            return not_(match_any((inner,)))
        case Either(options=options):
            return match_any(options)
        case From(person_id=person):
            return false() if person is None else Row.author_id == person
        case In(channel_id=channel):
            return false() if channel is None else Row.channel_id == channel
        case Written(since=since, until=until):
            return _between(since, until)
    return _fact(node)


def match_any(nodes: tuple[Node, ...]) -> Condition:
    """The rows that at least one of the nodes matches."""
    return or_(false(), *(match(node) for node in nodes))


def word(node: Word) -> Condition:
    """The rows with a word in any inflection or spelling, or with words that begin so."""
    if node.prefix:
        return _written(vectors.beginning(node.text))
    return or_(
        false(),
        *(
            _stemmed(words.stem(row[0])) if len(row) == 1 else _written(vectors.row(row))
            for row in words.asked(node.text).rows
        ),
    )


def exact(node: Word) -> Condition | None:
    """The rows with the very form of a word, None where that is no other question."""
    rows = words.asked(node.text).rows
    if node.prefix or len(rows) != 1 or len(rows[0]) != 1 or not rows[0][0].isalpha():
        return None
    return _written(vectors.quote(rows[0][0]))


def _fact(node: Node) -> Condition:
    match node:
        case Hashtag(name=name):
            facts = [f"tag:{name}"]
        case Mentions(person_id=int() as person):
            facts = [f"mention:{person}"]
        case Has(what=what):
            facts = [f"has:{what}"]
        case Filename(terms=terms):
            facts = [f"name:{term}" for term in terms]
        case Is(what="pinned"):
            facts = ["pinned"]
        case Is(what="thread"):
            return _threads()
        case Is(what="reply"):
            return Row.post_id != Row.root_id
        case _:
            return false()
    return Row.facts.op("@>", is_comparison=True)(cast(literal(facts, ARRAY(Text)), ARRAY(Text)))


def _threads() -> Condition:
    reply = aliased(Row)
    return exists().where(
        reply.generation == Row.generation,
        reply.root_id == Row.root_id,
        reply.post_id != reply.root_id,
    )


def _between(since: datetime | None, until: datetime | None) -> Condition:
    bounds = []
    if since is not None:
        bounds.append(Row.created_at >= since)
    if until is not None:
        bounds.append(Row.created_at < until)
    return and_(*bounds)


def _written(query: str) -> Condition:
    return Row.words.op("@@", is_comparison=True)(cast(literal(query, Text), TSQUERY))


def _stemmed(stem: str) -> Condition:
    query = cast(literal(vectors.quote(stem), Text), TSQUERY)
    return Row.stems.op("@@", is_comparison=True)(query)
