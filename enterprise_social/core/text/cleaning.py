"""The least that must be changed in text before it is stored, and single-character facts."""

from __future__ import annotations

import re
import unicodedata

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Embeddings, overrides and isolates (UAX #9); they can make text read as something else.
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
JOINERS = "\u200c\u200d"

# Scripts written without spaces: a name next to their letters is not inside a word.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x312F),  # CJK radicals, kana, bopomofo
    (0x3190, 0x9FFF),  # CJK ideographs
    (0xAC00, 0xD7AF),  # Hangul: particles follow a name without a space
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # half-width kana
    (0x20000, 0x3FFFF),
)


def normalise(body: str) -> str:
    r"""Return `body` without what databases can't hold (NUL, lone surrogates), lines ended by \n.

    Everything else stays as it was sent, leading spaces included. Applying it twice is
    the same as once.
    """
    return _UNSTORABLE.sub("", body).replace("\r\n", "\n").replace("\r", "\n")


def is_mark(character: str) -> bool:
    """Say whether it is a combining mark, such as a vowel sign of Thai or Devanagari."""
    return unicodedata.category(character).startswith("M")


def is_name_character(character: str) -> bool:
    """Say whether it can stand in a username, hashtag or channel slug besides `.` and `-`."""
    if character.isascii():
        return character.isalnum() or character == "_"
    return character.isalnum() or is_mark(character) or character in JOINERS


def is_unspaced(character: str) -> bool:
    """Say whether it belongs to a script that puts no spaces between words."""
    point = ord(character)
    return point >= 0x0E00 and any(first <= point <= last for first, last in _UNSPACED)
