"""Reads the query language. Whatever is typed is an answer: nothing here raises for input.

The language is described in `docs/search.md`. It is read in two steps: the line is cut into
pieces (a quoted run is one piece, also behind an operator), then each piece is taken as what it
says it is, or as words where that can't be.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo

from enterprise_social.search import dates, words
from enterprise_social.search.query import (
    KNOWN_HAS,
    KNOWN_IS,
    LATER_HAS,
    LATER_IS,
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
    Note,
    NoteKind,
    Phrase,
    Query,
    Understood,
    Word,
    Written,
)

#: Longer queries than this are pasted logs; what follows is dropped and the answer says so.
MAX_CHARACTERS = 1_000
MAX_PIECES = 48

_QUOTES = str.maketrans("“”„‟«»＂", '"""""""')
_PIECE = re.compile(r'(?P<minus>-?)(?P<body>(?:[^\s"]|(?<=:)"[^"]*"?)+|"[^"]*"?)')
_OPERATOR = re.compile(r"(?P<name>[A-Za-z_]+):(?P<value>.*)\Z", re.DOTALL)
_HASHTAG = re.compile(r"#(?P<name>[^\W\d_][\w-]*)\Z")
_PLURALS = {"links": "link", "files": "file", "images": "image", "polls": "poll",
            "reactions": "reaction"}  # fmt: skip


def parse(source: str, *, now: datetime | None = None, zone: tzinfo = UTC) -> Query:
    """Reads what somebody typed into the search box.

    `now` is the moment of asking (default: the clock) and `zone` the asker's time zone: both decide
    what `today` means. Returns a `Query` whose names are not resolved yet.
    """
    moment = (now or datetime.now(UTC)).astimezone(zone)
    return _Reader(source, moment).read()


class _Reader:
    def __init__(self, source: str, now: datetime) -> None:
        self.source = source
        self.now = now
        self.understood: list[Understood] = []
        self.notes: list[Note] = []

    def read(self) -> Query:
        text = unicodedata.normalize("NFC", self.source).translate(_QUOTES)
        pieces = list(_PIECE.finditer(text[:MAX_CHARACTERS]))
        if len(text) > MAX_CHARACTERS or len(pieces) > MAX_PIECES:
            self.notes.append(Note("too_long", ""))
        parts: list[Node] = []
        joining = False
        for piece in pieces[:MAX_PIECES]:
            if piece[0] in {"OR", "|"} and parts:
                joining = True
                continue
            if piece[0] == "AND":
                continue
            nodes = list(self._piece(piece["body"], bool(piece["minus"]), piece[0]))
            if joining and nodes:
                parts[-1] = _either(parts[-1], nodes.pop(0))
                joining = False
            parts.extend(nodes)
        return Query(
            source=self.source.strip(),
            parts=tuple(_gather(parts)),
            understood=tuple(self.understood),
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def _piece(self, body: str, minus: bool, source: str) -> Iterator[Node]:
        for node in self._positive(body, source):
            yield Not(node) if minus else node

    def _positive(self, body: str, source: str) -> Iterator[Node]:
        if body.startswith('"'):
            return self._quoted(body.strip('"'))
        if match := _HASHTAG.match(body):
            self.understood.append(Understood("hashtag", match["name"], source))
            return iter((Hashtag(words.fold(match["name"])),))
        if match := _OPERATOR.match(body):
            name = match["name"].lower()
            reader: Callable[[str, str, str], Node | NoteKind]
            if family := _FAMILY.get(name):
                reader = getattr(self, f"_operator_{family}")
                node = reader(name, match["value"].strip('"').strip(), source)
                if not isinstance(node, str):
                    return iter((node,))
                self._note(node, source)
                if node == "later":
                    return iter(())
            elif _looks_like_an_operator(match["value"]):
                self._note("not_understood", source)
            return self._words(body.replace('"', " "))
        return self._words(body)

    def _operator_person(self, name: str, value: str, source: str) -> Node | NoteKind:
        username = value.removeprefix("@").casefold()
        if not username or (name == "to" and username != "me"):
            return "not_understood"
        self.understood.append(Understood(name, username, source))
        if name == "to":  # by name, or with everyone
            return Either((Mentions("me"), Mentions("channel", 0)))
        return From(username) if name == "from" else Mentions(username)

    def _operator_channel(self, name: str, value: str, source: str) -> Node | NoteKind:
        slug = value.removeprefix("#").casefold()
        if not slug:
            return "not_understood"
        self.understood.append(Understood(name, slug, source))
        return In(slug)

    def _operator_time(self, name: str, value: str, source: str) -> Node | NoteKind:
        try:
            since, until = dates.span(name, value, self.now)
        except ValueError:
            return "not_understood"
        self.understood.append(Understood(name, value.lower(), source))
        return Written(since, until)

    def _operator_has(self, name: str, value: str, source: str) -> Node | NoteKind:
        what = _PLURALS.get(value.casefold(), value.casefold())
        if what in KNOWN_HAS:
            self.understood.append(Understood(name, what, source))
            return Has(what)
        return "later" if what in LATER_HAS else "not_understood"

    def _operator_filename(self, name: str, value: str, source: str) -> Node | NoteKind:
        terms = words.phrase(value)
        if not terms:
            return "not_understood"
        self.understood.append(Understood(name, value, source))
        return Filename(terms)

    def _operator_is(self, name: str, value: str, source: str) -> Node | NoteKind:
        what = value.casefold()
        if what in KNOWN_IS:
            self.understood.append(Understood(name, what, source))
            return Is(what)
        return "later" if what in LATER_IS else "not_understood"

    def _note(self, kind: NoteKind, source: str) -> None:
        self.notes.append(Note(kind, source))

    def _quoted(self, text: str) -> Iterator[Node]:
        if any(True for _ in words.tokens(text)):
            yield Phrase(text)

    def _words(self, text: str) -> Iterator[Node]:
        """The words of a piece; what holds no letter, digit or sign to find is nothing."""
        prefix = len(text) > 1 and text.endswith("*")
        chunks = words.chunks(text)
        for number, chunk in enumerate(chunks):
            yield Word(chunk, prefix=prefix and number == len(chunks) - 1)


_FAMILY = {
    "from": "person",
    "to": "person",
    "mentions": "person",
    "in": "channel",
    "before": "time",
    "after": "time",
    "on": "time",
    "has": "has",
    "filename": "filename",
    "is": "is",
}


def _looks_like_an_operator(value: str) -> bool:
    """`team:blue` does; `http://…`, `std::list`, `localhost:80` and `Note:` do not."""
    return bool(value) and value[0].isalpha()


def _either(left: Node, right: Node) -> Node:
    options = left.options if isinstance(left, Either) else (left,)
    return Either((*options, right))


def _gather(parts: list[Node]) -> Iterator[Node]:
    """Joins what can only be meant as a choice: nobody writes one post in two channels."""
    for kind in (From, In):
        same = [part for part in parts if isinstance(part, kind)]
        if len(same) > 1:
            first = parts.index(same[0])
            parts[first] = Either(tuple(dict.fromkeys(same)))
            parts[first + 1 :] = [p for p in parts[first + 1 :] if not isinstance(p, kind)]
    yield from parts
