"""What a search asks for, as a tree of frozen values.

`parsing.parse` makes a `Query` out of what somebody typed; the engines read nothing else. Names
(`from:ann`, `in:ops`) stay names until `resolve` puts the ids beside them, since only a room with
a database knows them and since an engine must not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

#: What `has:` and `is:` may name today, and what they will name when its room exists.
KNOWN_HAS = frozenset({"link", "file", "image", "reaction"})
LATER_HAS = frozenset({"poll"})
KNOWN_IS = frozenset({"thread", "reply", "pinned", "announcement"})
LATER_IS = frozenset({"question", "answered", "saved"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or the beginning of one where `prefix` is true (`deplo*`)."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand beside each other in this order."""

    text: str


@dataclass(frozen=True, slots=True)
class Hashtag:
    """`#name`, without the sign and folded as hashtags are stored."""

    name: str


@dataclass(frozen=True, slots=True)
class From:
    """Posts by somebody. `person_id` stays None where nobody of that name can be seen."""

    username: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Mentions:
    """Posts that mention somebody; `to:me` is `mentions:me`."""

    username: str
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class In:
    """Posts of a channel. `channel_id` stays None where the searcher knows none of that slug."""

    slug: str
    channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Posts of a span of time: `since` ≤ created_at < `until`, either may be open."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Has:
    """`has:link`, `has:file`, `has:image`, `has:reaction`."""

    what: str


@dataclass(frozen=True, slots=True)
class Filename:
    """Posts with a file whose name holds all of these terms, folded."""

    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Is:
    """`is:thread`, `is:reply`, `is:pinned`; `is:announcement` finds what is no post."""

    what: str


@dataclass(frozen=True, slots=True)
class Not:
    """What a post must not match."""

    node: Node


@dataclass(frozen=True, slots=True)
class Either:
    """`a OR b`: at least one of them."""

    options: tuple[Node, ...]


Node = Word | Phrase | Hashtag | From | Mentions | In | Written | Has | Filename | Is | Not | Either
NoteKind = Literal["later", "not_understood", "unknown_person", "unknown_channel", "too_long"]


@dataclass(frozen=True, slots=True)
class Understood:
    """A piece of the query that was understood as more than a word.

    `kind` is the operator (`from`, `before`, …), `value` what it was given, `source` the piece as
    typed, so that a page can offer the query without it.
    """

    kind: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something the answer must say: `kind` is why, `source` the piece of the query it is about."""

    kind: NoteKind
    source: str


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search: every part must match, words before anything else may be given up.

    `source` is what was typed, `parts` the tree, `understood` and `notes` what to tell about it.
    """

    source: str
    parts: tuple[Node, ...] = ()
    understood: tuple[Understood, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def empty(self) -> bool:
        """True where there is nothing to look for (an exclusion alone finds nothing)."""
        return all(isinstance(part, Not) for part in self.parts)

    def leaves(self) -> Iterator[Node]:
        """Every node that isn't `Not` or `Either`, in the order typed."""
        for part in self.parts:
            yield from _leaves(part)

    def resolve(
        self, people: Mapping[str, int | None], channels: Mapping[str, int | None]
    ) -> Query:
        """The same query with ids beside the names, and a note for each name nobody has.

        `people` and `channels` hold, by folded name, only what the searcher may see: a name they
        may not know and a name that doesn't exist answer alike.
        """
        notes = list(self.notes)

        def put(node: Node) -> Node:
            if isinstance(node, From | Mentions):
                if node.person_id is not None:
                    return node
                found = people.get(node.username)
                if found is None:
                    notes.append(Note("unknown_person", node.username))
                return replace(node, person_id=found)
            if isinstance(node, In):
                place = channels.get(node.slug)
                if place is None:
                    notes.append(Note("unknown_channel", node.slug))
                return replace(node, channel_id=place)
            return node

        parts = tuple(_map(part, put) for part in self.parts)
        return replace(self, parts=parts, notes=tuple(dict.fromkeys(notes)))


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, Not):
        yield from _leaves(node.node)
    elif isinstance(node, Either):
        for option in node.options:
            yield from _leaves(option)
    else:
        yield node


def _map(node: Node, change: Callable[[Node], Node]) -> Node:
    if isinstance(node, Not):
        return Not(_map(node.node, change))
    if isinstance(node, Either):
        return Either(tuple(_map(option, change) for option in node.options))
    return change(node)
