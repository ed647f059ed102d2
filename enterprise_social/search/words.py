"""What a word is, for indexing, for asking and for marking hits alike.

Every engine cuts text with this one module, so that the same query finds the same posts on each.
No word is dropped for being common or short. A *word* is a run of letters and digits; a *chunk*
is what stands between blanks with its joining signs (`node_modules`, `10.0.0.1`, `v2.7.4`,
`https://a.example/b`), and is found as its words in a row. Inside a word, camelCase and the
border between letters and digits give further words at following positions. Writing without
blanks between words (Chinese, Japanese, Korean, Thai, …) is cut into single signs and pairs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from whoosh.lang.snowball.english import EnglishStemmer
from whoosh.lang.snowball.russian import RussianStemmer

#: Longer runs (keys, base64) are found by their beginning.
MAX_WORD = 64
#: A run with more borders than this between letters and digits is a hash, not a name.
MAX_PARTS = 5

_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_INDIC = "\u0900-\u0dff"
_GRAMS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002fa1f"
)
_PICTURES = "\u2600-\u27bf\U0001f1e6-\U0001faff"
_TOKEN = re.compile(
    rf"(?P<grams>[{_GRAMS}]+)"
    rf"|(?P<pictures>[{_PICTURES}])"
    rf"|(?P<word>(?:(?![{_GRAMS}])(?:[^\W_]|[{_MARKS}{_INDIC}]))+(?P<sign>\+\+|\#(?![\w#]))?)"
)
_PART = re.compile(r"[A-Z]+(?![a-z])|(?:(?<![A-Za-z])[a-z])?[A-Z]?[a-z]+|\d+")
_PART_ABROAD = re.compile(r"\d+|[^\W\d_]+")
_FOLDED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ħ": "h"}
)
_GRAM = re.compile(f"[{_GRAMS}]")
_STRIP = re.compile(rf"[{_MARKS}]")
_english = EnglishStemmer()
_russian = RussianStemmer()


@dataclass(slots=True)
class Token:
    """A term, its place among the words, and the characters [start, end) it was read from."""

    term: str
    position: int
    start: int
    end: int


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Without case, accents and width: `Ünïcode` → `unicode` (Unicode NFKD, marks removed)."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _STRIP.sub("", decomposed)).translate(_FOLDED)


@lru_cache(maxsize=20_000)
def stem(term: str) -> str:
    """The stem of a folded word (Snowball, English or Russian); signs and numbers as they are."""
    if len(term) < 3 or not term.isalpha():
        return term
    if term.isascii():
        return str(_english.stem(term))
    if "\u0400" <= term[0] <= "\u04ff":
        return str(_russian.stem(term))
    return term


def tokens(text: str) -> Iterator[Token]:
    """Every term of a text with its position and its place in the text.

    Several terms may share a position: a word and its first part, a sign and the pair it begins,
    `e-mail` written as one word and its first half.
    """
    position = 0
    before = ("", 0, 0)
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if match["word"] is None:
            run = match[0]
            for index, sign in enumerate(run):
                place = start + index
                yield Token(fold(sign), position, place, place + 1)
                if index + 1 < len(run):
                    yield Token(fold(run[index : index + 2]), position, place, place + 2)
                position += 1
            continue
        raw = match["word"]
        if match["sign"] and len(raw) - len(match["sign"]) <= 2:
            yield Token(fold(raw), position, start, end)
        raw = raw.removesuffix(match["sign"] or "")
        if not (term := fold(raw)[:MAX_WORD]):
            continue
        end = start + len(raw)
        yield Token(term, position, start, end)
        if before[0].isalpha() and raw.isalpha() and text[before[2] : start] == "-":
            yield Token(fold(before[0] + raw)[:MAX_WORD], position - 1, before[1], end)
        before = (raw, start, end)
        parts = _parts(raw)
        for part in parts:
            yield Token(fold(part[0]), position, start + part.start(), start + part.end())
            position += 1
        position += not parts


def _parts(word: str) -> list[re.Match[str]]:
    if word.islower() and word.isalpha():
        return []
    parts = list((_PART if word.isascii() else _PART_ABROAD).finditer(word))
    return parts if 1 < len(parts) <= MAX_PARTS else []


def chunks(text: str) -> list[str]:
    """A piece of a query as the chunks to ask for: blanks and runs without blanks part them."""
    found: list[str] = []
    for piece in text.split():
        start = None
        end = 0
        for match in _TOKEN.finditer(piece):
            if match["word"] is None or start is None or _apart(piece[end : match.start()]):
                if start is not None:
                    found.append(piece[start:end])
                start = match.start()
            end = match.end()
            if match["word"] is None:
                found.append(piece[start:end])
                start = None
        if start is not None:
            found.append(piece[start:end])
    # A lone mark, such as an accent, is nothing to ask for.
    return [chunk for chunk in found if phrase(chunk)]


def _apart(between: str) -> bool:
    """True where the signs between two words don't join them into one name."""
    return any(sign in '()[]{}<>,;"!?|*' for sign in between)


@dataclass(frozen=True, slots=True)
class Asked:
    """A chunk of a query as terms: `rows` are alternatives, each a row of terms that must stand
    side by side. A plain word is one row of one term."""

    rows: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=2_000)
def asked(chunk: str) -> Asked:
    """How a chunk is asked for.

    A word written as one is also found written as its parts, and parts joined by signs also
    written as one: `getUserId` finds `get user id`, `e-mail` finds `email`.
    """
    row = phrase(chunk)
    if not row:
        return Asked(())
    first = next(tokens(chunk))
    if first.end - first.start == len(chunk):
        return Asked(((first.term,), row) if len(row) > 1 else ((first.term,),))
    if len(row) == 1:
        return Asked((row,))
    if len(row) <= 3 and all(term.isalpha() for term in row) and not _GRAM.match(chunk):
        return Asked((("".join(row),), row))
    return Asked((row,))


@lru_cache(maxsize=2_000)
def phrase(text: str) -> tuple[str, ...]:
    """The terms that must follow each other for a text to be quoted: the smallest word at each
    position, and pairs of signs where writing has no blanks."""
    row: dict[int, Token] = {}
    for token in tokens(text):
        kept = row.get(token.position)
        if kept is None or (len(token.term) < len(kept.term)) != bool(_GRAM.match(token.term)):
            row[token.position] = token
    found = list(row.values())
    return tuple(
        token.term
        for before, token in zip([None, *found], found, strict=False)
        # The last sign of a run stands in the pair before it already.
        if not (before and before.end >= token.end and _GRAM.match(token.term))
    )
