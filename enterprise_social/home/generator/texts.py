"""Texts that need no rendering: each kind of text is rendered once, with gaps for the words.

A pattern is Markdown with gaps. It is rendered by `core.text` with stand-ins in them, and what
comes of it is cut at the stand-ins. Only what Markdown leaves as it stands is put in a gap: words
of small letters, numbers, and the people and hashtags that the renderer itself set a link for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from enterprise_social.core.text import ChannelRef, PersonRef, render
from enterprise_social.home.generator.patterns import PATTERNS, WHOLE
from enterprise_social.home.generator.vocabulary import (
    COMMON,
    RARE,
    RAREST,
    deck,
    hashtags,
)
from enterprise_social.search import words as search_words

_GAP = re.compile(r"\{([wsp@#n])\}")
_WHOLE = 0.04  # of all texts
_ID = 990_000_000  # of nobody; stands for a person while a pattern is rendered
_LETTERS = "abcdefghij"
_MARK = 0xE000  # of private use: what stands for the first gap while a pattern is cut
_MARKS = re.compile("[\ue000-\ue009]")
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


class Named(NamedTuple):
    """Whom a text can name."""

    id: int
    username: str
    name: str


class Written(NamedTuple):
    """A text in all its forms, as PostgreSQL's COPY takes them."""

    body: str
    html: str
    plain: str
    vector: str
    stems: str
    length: int
    person_ids: tuple[int, ...]
    tags: tuple[str, ...]
    has_link: bool


class Gap(NamedTuple):
    """What was put in a gap: in the source, in HTML and as plain text.

    Its terms are words that follow one another, or terms with their places.
    """

    body: str
    html: str
    plain: str
    words: Sequence[str]
    terms: Sequence[tuple[str, int]]
    width: int


class Form(NamedTuple):
    """A text in one form, to be formatted with what stands in the gaps, in this order."""

    text: str
    order: tuple[int, ...]

    def filled(self, shown: list[str]) -> str:
        """Return the text with what is shown in each gap."""
        return self.text % tuple([shown[at] for at in self.order])


@dataclass
class Pattern:
    """A rendered pattern: the kinds of its gaps, its forms, and the terms between the gaps."""

    gaps: str
    body: Form
    html: Form
    plain: Form
    between: list[tuple[list[tuple[str, int]], int]]
    has_link: bool
    anchors: dict[str, str] = field(default_factory=dict)


class _Anyone:
    """Knows the stand-ins, and the one channel that patterns link to."""

    def __init__(self, channel: ChannelRef | None) -> None:
        self._channel = channel

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        return {
            name: PersonRef(_ID + ord(name[-1]), name, "Zqname" + name[-1])
            for name in usernames
            if name.startswith("zqperson")
        }

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        known = self._channel
        return {known.slug: known} if known and known.slug in slugs else {}


def _terms(text: str) -> tuple[list[tuple[str, int]], int]:
    """Return the terms of a text with their places, and how many places it takes."""
    found = [(token.term, token.position) for token in search_words.tokens(text)]
    # A text with one more word after it tells where that word would stand.
    end = [token.position for token in search_words.tokens(f"{text} zqend")][-1]
    return found, end


def compiled(source: str, channel: ChannelRef | None) -> Pattern:
    """Render a pattern."""
    kinds: list[str] = []
    stands: list[str] = []

    def stand_in(gap: re.Match[str]) -> str:
        kind, letter = gap[1], _LETTERS[len(stands)]
        kinds.append(kind)
        word = {"@": "zqperson", "#": "zqtag"}.get(kind, "zqword") + letter
        stands.append(word)
        return ("@" if kind == "@" else "#" if kind == "#" else "") + word

    if channel is not None:
        source = source.replace("{everyone}", f"#{channel.slug}")
    body = _GAP.sub(stand_in, source)
    done = render(body, _Anyone(channel))
    html, plain, raw = done.html, done.plain, body
    anchors: dict[str, str] = {}
    for at, (kind, word) in enumerate(zip(kinds, stands, strict=True)):
        letter, mark = word[-1], chr(_MARK + at)
        shown = {"@": f"@Zqname{letter}", "#": f"#{word}"}.get(kind, word)
        written = {"@": f"@{word}", "#": f"#{word}"}.get(kind, word)
        if kind in "@#":
            link = re.search(rf"<a [^>]*>{re.escape(shown)}</a>", html)
            if link is None:
                raise ValueError(f"nothing is named in {source!r}")
            anchors[kind] = (
                link[0].replace("%", "%%").replace(str(_ID + ord(letter)), "%(id)s")
                .replace(shown, "%(shown)s").replace(word, "%(name)s")
            )  # fmt: skip
            html = html.replace(link[0], mark)
        html, plain = html.replace(shown, mark), plain.replace(shown, mark)
        raw = raw.replace(written, mark)
    return Pattern(
        "".join(kinds),
        _form(raw),
        _form(html),
        _form(plain),
        [_terms(part) for part in _MARKS.split(plain)],
        bool(done.links),
        anchors,
    )


def _form(text: str) -> Form:
    order = tuple(ord(mark) - _MARK for mark in _MARKS.findall(text))
    return Form(_MARKS.sub("%s", text.replace("%", "%%").translate(_ESCAPED)), order)


class Texts:
    """Writes texts; what it writes depends on the dice alone."""

    def __init__(self, channel: ChannelRef | None) -> None:
        self._dice = random.Random(0)
        self._words = deck()
        self._tags, self._tag_weights = hashtags()
        self._patterns = [compiled(source, channel) for source, _weight in PATTERNS]
        self._pattern_weights = [weight for _source, weight in PATTERNS]
        self._whole = [compiled(source, None) for source in WHOLE]
        self._stock: list[str] = []
        self._chosen: list[Pattern] = []
        self._quoted: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._names: dict[int, Gap] = {}

    def begin(self, dice: random.Random) -> None:
        """Go on with these dice, whatever was written before."""
        self._dice = dice
        self._stock, self._chosen = [], []

    def terms(self) -> set[str]:
        """Return every term that was written so far."""
        return set(self._quoted)

    def written(self, people: Sequence[Named], *, bare: bool = False) -> Written:
        """Write a text that may name one of ``people``; a ``bare`` one has no markup."""
        pattern = self._patterns[0] if bare else self._pattern()
        gaps, ids, tags = [], [], []
        for kind in pattern.gaps:
            if kind == "@":
                person = self._dice.choice(people)
                if person.id not in ids:
                    ids.append(person.id)
                gaps.append(self._mention(person, pattern.anchors["@"]))
            elif kind == "#":
                tag = self._dice.choices(self._tags, cum_weights=self._tag_weights)[0]
                if tag not in tags:
                    tags.append(tag)
                gaps.append(_tag(tag, pattern.anchors["#"]))
            else:
                gaps.append(self._said(kind))
        return self._joined(pattern, gaps, tuple(ids), tuple(tags))

    def _pattern(self) -> Pattern:
        if not self._chosen:
            self._chosen = self._dice.choices(self._patterns, weights=self._pattern_weights, k=4096)
        pattern = self._chosen.pop()
        return self._dice.choice(self._whole) if self._dice.random() < _WHOLE else pattern

    def _joined(
        self, pattern: Pattern, gaps: list[Gap], ids: tuple[int, ...], tags: tuple[str, ...]
    ) -> Written:
        places: dict[str, str] = {}
        position, length = 1, 0
        order = pattern.plain.order
        for at, (terms, width) in enumerate(pattern.between):
            for term, place in terms:
                self._put(places, term, position + place)
            length += len(terms)
            position += width
            if at == len(order):
                break
            gap = gaps[order[at]]
            if gap.words:
                quoted = self._quoted
                for place, term in enumerate(gap.words, position):
                    if term in places:
                        places[term] += f",{place}"
                    elif term in quoted:
                        places[term] = f"{quoted[term]}{place}"
                    else:
                        self._put(places, term, place)
                length += len(gap.words)
            for term, place in gap.terms:
                self._put(places, term, position + place)
            length += len(gap.terms)
            position += gap.width
        stem_of = self._stems
        return Written(
            pattern.body.filled([gap.body for gap in gaps]),
            pattern.html.filled([gap.html for gap in gaps]),
            pattern.plain.filled([gap.plain for gap in gaps]),
            " ".join(places.values()),
            " ".join({stem_of[term] for term in places}),
            length,
            ids,
            tags,
            pattern.has_link,
        )

    def _put(self, places: dict[str, str], term: str, place: int) -> None:
        """Note that a term stands at a place."""
        if term not in self._quoted:
            self._quoted[term] = f"'{term}':"
            self._stems[term] = f"'{search_words.stem(term)}'"
        known = places.get(term)
        places[term] = f"{known},{place}" if known else f"{self._quoted[term]}{place}"

    def _said(self, kind: str) -> Gap:
        dice = self._dice
        if kind == "n":
            number = str(dice.randrange(1_000, 99_999))
            return Gap(number, number, number, (number,), (), 1)
        count = min(60, 4 + int(dice.expovariate(1 / 10))) if kind == "s" else dice.randrange(2, 6)
        if kind == "w":
            count = 1
        if len(self._stock) < count:
            self._stock = dice.choices(self._words, k=20_000)
        found = self._stock[-count:]
        del self._stock[-count:]
        text = " ".join(found)
        if kind == "s":
            chance = dice.random()
            if chance < 0.36:
                found.append(COMMON)
            if chance < 0.0005:
                found.append(RARE)
            if chance < 0.000005:
                found.append(RAREST)
            half = count // 2 if count > 12 else 0
            last = " ".join(found[half:]).capitalize()
            text = f"{' '.join(found[:half]).capitalize()}. {last}" if half else last
        return Gap(text, text, text, found, (), len(found))

    def _mention(self, person: Named, anchor: str) -> Gap:
        known = self._names.get(person.id)
        if known is None:
            shown = f"@{person.name}"
            terms, width = _terms(shown)
            link = anchor % {"id": person.id, "name": person.username, "shown": shown}
            known = Gap(f"@{person.username}", link, shown, (), terms, width)
            self._names[person.id] = known
        return known


def _tag(tag: str, anchor: str) -> Gap:
    shown = f"#{tag}"
    terms, width = _terms(shown)
    link = anchor % {"name": tag, "shown": shown}
    return Gap(shown, link, shown, (), terms, width)
