"""The fields of a post in the index. Both the child that writes and the web process import this.

`VERSION` is raised with every change to the fields or to `words.py`: an index of another version
is rebuilt.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import UTC, datetime
from sys import byteorder
from typing import Any

from whoosh import columns, fields, formats

from enterprise_social.search import words
from enterprise_social.search.engine import Document

VERSION = 2
INDEX_NAME = "posts"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Numbers kept beside each post, by column name.
NUMBERS = (
    "post_id",
    "channel_id",
    "author_id",
    "root_id",
    "created",
    "changed_seq",
    "length",
)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 (UTC), as the index orders posts."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def pack_places(places: list[int]) -> bytes:
    """Positions as 16-bit numbers, ascending; a post has fewer than 65,536 words. Whoosh packs a
    pickle for each posting, which takes ten times as long to read."""
    numbers = array("H", sorted(min(place, 65_535) for place in places))
    if byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def unpack_places(payload: bytes) -> array[int]:
    """The positions that `pack_places` packed."""
    numbers = array("H", payload)
    if byteorder == "big":
        numbers.byteswap()
    return numbers


class Terms(fields.FieldType):
    """A field whose value is a list of (term, position) pairs, cut beforehand by `words`.

    Whoosh's analyzers are passed by: it would cut a list by its own rules. A posting's weight is
    how often the term stands in the post; its payload, where the format has one, the positions.
    """

    def __init__(self, form: formats.Format) -> None:
        super().__init__(form, analyzer=None, scorable=False, stored=False)

    def index(
        self, value: list[tuple[str, int]], **_options: Any
    ) -> Iterator[tuple[bytes, int, float, bytes]]:
        """(term, frequency, weight, payload) of each term, as Whoosh's writer wants them."""
        places: dict[str, list[int]] = {}
        for term, position in value:
            places.setdefault(term, []).append(position)
        placed = isinstance(self.format, formats.Positions)
        for term, found in places.items():
            payload = pack_places(found) if placed else b""
            yield term.encode(), len(found), float(len(found)), payload


def schema() -> fields.Schema:
    """`text`: words as written, with positions; `stem`: their stems; `facts`: names of what a post
    is, as exact terms; and the numbers."""
    numbers = {name: fields.COLUMN(columns.NumericColumn("q")) for name in NUMBERS}
    return fields.Schema(
        text=Terms(formats.Positions()),
        stem=Terms(formats.Existence()),
        facts=Terms(formats.Existence()),
        **numbers,
    )


def fields_of(document: Document) -> dict[str, Any]:
    """A document as the arguments of Whoosh's `add_document`."""
    text = [(token.term, token.position) for token in words.tokens(document.text)]
    # Parts share a place with the word that they are of, and still count as words of the post:
    # otherwise `user` would not find `getUserId`.
    stems = [(words.stem(term), position) for term, position in text]
    facts = [f"post:{document.post_id}"]
    facts += [f"tag:{words.fold(tag)}" for tag in document.hashtags]
    facts += [f"mention:{person_id}" for person_id in document.mentions]
    facts += [f"has:{name}" for name in document.has]
    facts += [f"name:{term}" for term in document.file_terms]
    facts += ["pinned"] if document.pinned else []
    return {
        "text": text,
        "stem": stems,
        "facts": [(fact, 0) for fact in facts],
        "post_id": document.post_id,
        "channel_id": document.channel_id,
        "author_id": document.author_id,
        "root_id": document.root_id,
        "created": microseconds(document.created_at),
        "changed_seq": document.changed_seq,
        "length": len(stems),
    }
