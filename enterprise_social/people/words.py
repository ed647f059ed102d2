"""Words as the directory compares them: without case and accents, and across scripts.

A word is kept as it is written, folded, and as it is written in Latin letters; what somebody types
goes the same way, so that ``Мария`` and ``maria`` meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from anyascii import anyascii
from rapidfuzz.distance import OSA

from enterprise_social.core.text.cleaning import is_mark, is_unspaced
from enterprise_social.people.models.directory import LONGEST_WORD

MOST_TERMS = 8  # of a query
LONGEST_RUN = 24  # letters of a script without spaces of which each part is a beginning
# A misspelling is looked for by the first letters (see `spelling_keys`).
KEY_LETTERS = 7
_APOSTROPHES = "'’ʼ`´ʻ"
# Vowel signs and viramas (class 0, 9), nuktas and voicing marks (7, 8) and the vowels of Thai and
# its neighbours are letters of their own; accents, points and harakat are not.
_LETTER_MARKS = frozenset({0, 7, 8, 9, 103, 107, 118, 122})
# How a Germanic name is typed where the keyboard lacks its vowels.
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# Endings of Cyrillic names that Latin letters write in more than one way.
_ROMANISED = (("iya", "ia"), ("yya", "ia"), ("iy", "y"), ("yy", "y"), ("shch", "sch"), ("kh", "h"))


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return the text without case and accents (NFKD and case folding, Unicode 3.13), in NFC."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = (
        each
        for each in unicodedata.normalize("NFKD", decomposed)
        if unicodedata.combining(each) in _LETTER_MARKS
    )
    folded = unicodedata.normalize("NFC", "".join(kept))
    return "".join(map(_plain_latin, folded))


def _plain_latin(letter: str) -> str:
    # What no decomposition takes apart, such as ł and ø.
    if letter.isascii() or (not "ÿ" < letter <= "ɏ" and letter not in "æðøþ"):
        return letter
    return anyascii(letter).casefold()


def latin(text: str) -> str:
    """Return the text in Latin letters, as far as there is a way of writing it so."""
    written = anyascii(unicodedata.normalize("NFC", text)).casefold()
    return "".join(each for each in written if each.isalnum() or each in "+#")


def pieces(text: str) -> Iterator[str]:
    """Yield the words of a text as they are written: letters, digits, marks, and ``+`` or ``#``."""
    for found in _WORD.finditer(_without_apostrophes(text)):
        word = found.group()
        if any(map(str.isalnum, word)):
            yield word


_WORD = re.compile(r"[^\W_]+(?:[^\W_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f]|"
                   r"[\u0591-\u05c7\u064b-\u065f\u1780-\u17ff\u3099\u309a])*[+#]*")  # fmt: skip


def _without_apostrophes(text: str) -> str:
    return "".join(each for each in text if each not in _APOSTROPHES)


@lru_cache(maxsize=8192)
def forms(word: str) -> tuple[str, ...]:
    """Return how a word may be typed, its folded spelling first."""
    folded = fold(word)
    found = {folded: None}
    if folded.isascii():
        spelt = fold(unicodedata.normalize("NFC", word).casefold().translate(_SPELT_OUT))
        found[spelt] = None
    else:
        written = latin(word)
        if written:
            found[written] = None
            variant = written
            for long, short in _ROMANISED:
                variant = variant.replace(long, short)
            found[variant] = None
    return tuple(each[:LONGEST_WORD] for each in found if each)


def indexed(text: str) -> set[str]:
    """Return every word under which a text is found.

    Words of scripts without spaces are found by any part, and names with an apostrophe by what
    follows it too.
    """
    found: set[str] = set()
    for word in pieces(text):
        found.update(forms(word))
        for part in _endings(word):
            found.update(forms(part))
    if any(each in _APOSTROPHES for each in text):
        for word in pieces(re.sub(f"[{_APOSTROPHES}]", " ", text)):
            if len(word) > 1:
                found.update(forms(word))
    return found


def _endings(word: str) -> Iterator[str]:
    """Yield what begins later in a word of a script without spaces: each is a beginning then."""
    for place in range(1, min(len(word), LONGEST_RUN)):
        if is_unspaced(word[place]) and not is_mark(word[place]):
            yield word[place:]


@dataclass(frozen=True)
class Term:
    """A word of a query: ``forms`` are its spellings, ``handle`` says that it is a
    username or an address, as an @ tells."""

    text: str
    forms: tuple[str, ...]
    handle: bool = False


def terms(query: str) -> list[Term]:
    """Return the words that somebody asks for; all of them must be found.

    An address and what begins with ``@`` stay whole.
    """
    found: dict[tuple[tuple[str, ...], bool], Term] = {}
    for part in query.split():
        named = part.startswith("@")
        bare = part.removeprefix("@")
        if named or "@" in bare:
            whole = unicodedata.normalize("NFC", bare).casefold()[:LONGEST_WORD]
            words = [Term(whole, (whole,), handle=True)] if whole else []
        else:
            words = [Term(word, forms(word)) for word in pieces(bare)]
        for term in words:
            found.setdefault((term.forms, term.handle), term)
    return list(found.values())[:MOST_TERMS]


def allowed_letters(word: str) -> int:
    """Return how many letters of a word may be wrong: none of three, one up to seven, else two."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def distance(word: str, other: str, most: int) -> int:
    """Count the letters that differ, neighbours in the wrong order as one; ``most`` + 1 is more.

    The optimal string alignment distance (F. Damerau, CACM 7(3), 1964).
    """
    return int(OSA.distance(word, other, score_cutoff=most))


def spelling_keys(word: str, *, letters: int | None = None) -> set[str]:
    """Return the word's beginning with up to ``letters`` letters left out.

    Two words that differ by no more letters share one of these keys, so that near spellings are
    looked up and not searched for (symmetric deletion: W. Garbe, 2012). Without ``letters`` as
    many are left out as are kept in the index: one of four letters, two of more.
    """
    start = word[:KEY_LETTERS]
    most = letters if letters is not None else (1 if len(word) < 5 else 2)
    keys = {start}
    for count in range(1, min(most, len(start) - 1) + 1):
        for gone in combinations(range(len(start)), count):
            keys.add("".join(each for place, each in enumerate(start) if place not in gone))
    return keys
