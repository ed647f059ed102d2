"""The one door to an index of posts, whichever holds it.

Whoosh (`whoosh_engine`) and PostgreSQL (`postgres_engine`) stand behind it, chosen by setting. An
engine knows posts as `Document`s and answers with ids: what a hit looks like, and whether its
reader may still see it, the caller takes from the database.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from enterprise_social.search.query import Query

Sort = Literal["relevance", "newest"]


@dataclass(frozen=True, slots=True)
class Document:
    """One post as an index keeps it. Deleted posts have none.

    `root_id` is the post that its thread began with (its own id for a top post); the words of a
    thread are gathered by it. `changed_seq` is the channel's number of the post's last change, by
    which an index knows what it lacks. `has` holds the names that `has:` asks for; `mentions` ids
    of people, where everyone in the channel was called upon 0. `text` goes on with the names and
    words of the post's files; `file_terms` are the terms of their names alone.
    """

    post_id: int
    channel_id: int
    author_id: int
    root_id: int
    created_at: datetime
    changed_seq: int
    text: str
    hashtags: tuple[str, ...] = ()
    mentions: tuple[int, ...] = ()
    has: tuple[str, ...] = ()
    file_terms: tuple[str, ...] = ()
    pinned: bool = False

    @property
    def is_reply(self) -> bool:
        """True for an answer in a thread."""
        return self.root_id != self.post_id


@dataclass(frozen=True, slots=True)
class Request:
    """A search on somebody's behalf.

    `channels` are the ids of all channels that the searcher may read: nothing outside them is
    found, counted, corrected to or suggested. `mention_ids` stand for `me` in `to:me`. `limit` is
    the size of a page (1..200), `cursor` what the page before gave, `seconds` the time after which
    an engine answers with what it has.
    """

    query: Query
    channels: Set[int]
    sort: Sort = "relevance"
    limit: int = 20
    cursor: str | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 2.0

    def __post_init__(self) -> None:
        if self.channels is None:
            raise TypeError("a search needs the channels that its reader may see")


@dataclass(frozen=True, slots=True)
class Hit:
    """A found post and how well it fits (only comparable within one answer)."""

    post_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of an answer.

    `total` counts every post that paging reaches (an engine may say more). From position
    `partial_from` of the whole answer on (None: nowhere) hits hold most of the words and not all.
    `facets` count what `total` does by
    `channel` and `author` (ids), `has` and `is` (names). `corrected` is the query as it was
    searched where a word was misspelt. `complete` is False where time ran out.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, Mapping[Any, int]] = field(default_factory=dict)
    corrected: str | None = None
    words: tuple[str, ...] = ()
    partial_from: int | None = None
    position: int = 0
    next_cursor: str | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """How an index is.

    `ready` is False while there is nothing to search in, with the `reason` in plain words.
    `documents` is the number of posts in it, `marks` the highest `changed_seq` it has seen by
    channel id, `rebuilding` whether a new one is being built beside it.
    """

    backend: str
    ready: bool
    documents: int = 0
    reason: str = ""
    rebuilding: bool = False
    marks: Mapping[int, int] = field(default_factory=dict)


class SearchEngine(Protocol):
    """What an index of posts must do. Every method may be called from any thread."""

    def index(self, documents: Iterable[Document]) -> None:
        """Puts these posts in, in place of what it held of them. Found once this returns.

        Doing it twice changes nothing. Raises `IndexUnavailable` where the index can't be written.
        """

    def remove(self, post_ids: Iterable[int]) -> None:
        """Takes posts out; ids that it doesn't hold are passed over."""

    def search(self, request: Request) -> Hits:
        """Answers a search. Raises `IndexUnavailable` without an index, `BadCursor`."""

    def status(self, *, counted: bool = True) -> Status:
        """How the index is; never raises.

        Where it need not be `counted`, `marks` are left out and `documents` is about right: that
        is quick at any size.
        """

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], None] | None = None
    ) -> None:
        """Builds the index anew beside the live one, which goes on answering, and swaps it in.

        `progress` is called now and then with the number of documents written.
        """


class IndexUnavailable(Exception):
    """There is no index to search or write at the moment; its text says why."""


class BadCursor(ValueError):
    """A cursor that no page of this search has given."""


def encode_cursor(values: Mapping[str, Any]) -> str:
    """An opaque cursor of small JSON values."""
    packed = json.dumps(values, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, **types: type) -> dict[str, Any] | None:
    """The values of a cursor, each of the given type; None for None. Raises `BadCursor`."""
    if not cursor:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadCursor(cursor) from error
    if not isinstance(values, dict) or set(values) != set(types):
        raise BadCursor(cursor)
    if any(type(values[name]) is not kind for name, kind in types.items()):
        raise BadCursor(cursor)
    return values
