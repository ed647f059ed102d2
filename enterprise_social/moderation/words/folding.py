"""What a text is compared as: one form for all ways of writing the same word.

Case goes, compatibility forms become plain ones (NFKC: full width, mathematical letters), what is
not seen goes (zero width, soft hyphens, directions), letters of one script that look like those of
another become one, and accents go where a rule doesn't mind them. Every character knows where it
came from, so that what matched can be replaced in the text as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from enterprise_social.core.text.cleaning import is_mark, is_unspaced

# Around each word of a marked text, so that a pattern can ask for whole words of any script:
# RE2 knows the ends of words in ASCII only.
BEGINS, ENDS = "\x01", "\x02"
_WORDS = re.compile(r"[a-z0-9]+")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = "\t\n\v\f\r"
# Drawn as nothing although they are letters or marks: fillers, joiners of graphemes, variations.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# After case folding; only what is hard to tell from the Latin letter in usual fonts (UTS #39).
_ALIKE = {
    "авекмнорстухіјѕԁһԛԝѵӏүɩ": "abekmhopctyxijsdhqwvlyi",
    "αβεζηικνορτυχωϲϳ": "abeznikvoptuxwcj",
    "օսհոցզ": "ouhngq",
    "ıɑɡɪʀɴʜʏʟꜱᴀʙᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ": "iagirnhylsabcdejkmoptuvwz",
    "łøđħŧƒƙɓɗɠ": "lodhtfkbdg",
}
_LATIN = {
    ord(letter): latin
    for letters, latins in _ALIKE.items()
    for letter, latin in zip(letters, latins, strict=True)
}
# Marks that are written over letters of Latin, Greek and Cyrillic; vowel signs of other scripts
# are as good as letters and stay.
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")


@dataclass(frozen=True)
class Folded:
    """A folded text; each of its characters stands for those from ``starts`` to ``ends``.

    Without them it has one character for each of the written ones, markers apart.
    """

    text: str
    starts: array[int] | None = None
    ends: array[int] | None = None

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where in the written text what stands here from first to last came from."""
        if self.starts is None or self.ends is None:
            return self._plain(first), self._plain(last)
        return self.starts[first], self.ends[last - 1]

    def _plain(self, place: int) -> int:
        markers = self.text.count(BEGINS, 0, place) + self.text.count(ENDS, 0, place)
        return place - markers


@lru_cache(maxsize=20_000)
def _fold(cluster: str, alike: bool, accents: bool) -> str:
    """Fold one character with its marks."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    if not accents:
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
    text = "".join(each for each in text if _is_seen(each))
    return text.translate(_LATIN) if alike else text


def _is_seen(character: str) -> bool:
    if character in _BLANK or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0000":
        return False
    return character in _SPACES or unicodedata.category(character) not in _UNSEEN


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Give each character together with the marks, and the parts of a syllable, after it."""
    begin = 0
    for place in range(1, len(text)):
        character = text[place]
        if character.isascii() or not (is_mark(character) or "\u1160" <= character <= "\u11ff"):
            yield begin, place
            begin = place
    if text:
        yield begin, len(text)


def fold(text: str, *, alike: bool = True, accents: bool = False) -> Folded:
    """Fold a text; ``alike`` makes look-alikes one, ``accents`` keeps é and e apart."""
    if _is_plain(text):
        return Folded(text.lower())
    kept: list[str] = []
    starts, ends = array("L"), array("L")
    for begin, end in _clusters(text):
        folded = _fold(text[begin:end], alike, accents)
        kept.append(folded)
        starts.extend([begin] * len(folded))
        ends.extend([end] * len(folded))
    return Folded("".join(kept), starts, ends)


def _is_plain(text: str) -> bool:
    """Tell whether a text is ASCII without control characters other than spaces."""
    return text.isascii() and all(each >= " " or each in _SPACES for each in set(text))


def mark(folded: Folded) -> Folded:
    """Put the markers around each word. Scripts without spaces between words get none."""
    text = folded.text
    if text.isascii() and folded.starts is None:
        return Folded(_WORDS.sub(f"{BEGINS}\\g<0>{ENDS}", text))
    kept: list[str] = []
    starts, ends = array("L"), array("L")
    before = 0
    for begin, end in words(text):
        for part, bounded in (((before, begin), False), ((begin, end), True)):
            _put(folded, part, bounded, kept, starts, ends)
        before = end
    _put(folded, (before, len(text)), False, kept, starts, ends)
    return Folded("".join(kept), starts, ends)


def _put(
    folded: Folded,
    part: tuple[int, int],
    bounded: bool,
    kept: list[str],
    starts: array[int],
    ends: array[int],
) -> None:
    first, last = part
    if first == last:
        return
    begins = folded.starts[first:last] if folded.starts is not None else array("L", range(*part))
    stops = (
        folded.ends[first:last]
        if folded.ends is not None
        else array("L", range(first + 1, last + 1))
    )
    if bounded:
        kept.append(f"{BEGINS}{folded.text[first:last]}{ENDS}")
        starts.extend([begins[0], *begins, stops[-1]])
        ends.extend([begins[0], *stops, stops[-1]])
    else:
        kept.append(folded.text[first:last])
        starts.extend(begins)
        ends.extend(stops)


def words(text: str, also: str = "") -> Iterator[tuple[int, int]]:
    """Give where each word of a script with spaces begins and ends; ``also`` counts as letters."""
    begin: int | None = None
    for place, character in enumerate(text):
        letter = character.isalnum() or is_mark(character)
        inside = character in also if also and not letter else letter and not is_unspaced(character)
        if inside and begin is None:
            begin = place
        elif not inside and begin is not None:
            yield begin, place
            begin = None
    if begin is not None:
        yield begin, len(text)
