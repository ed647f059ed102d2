"""Names as they may be shown, their initials, and addresses made from them."""

from __future__ import annotations

import re
import unicodedata

from enterprise_social.core.text.cleaning import JOINERS, is_mark, is_name_character

MAX_SLUG = 80
_FALLBACK = "channel"
_SPACES = re.compile(r"\s+")
# Vowels that Thai and Lao write before the consonant that is spoken first.
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")
_VIRAMA_CLASS = 9


def safe_name(value: str) -> str:
    """Return `value` in NFC, on one line, without characters that are not seen.

    Control and format characters go (bidirectional overrides, zero-width spaces, tags),
    so that a name can neither turn the text around it nor pass for another one. Joiners
    stay between two other characters: Persian, Indic scripts and emoji need them.
    """
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", value))
    kept = [
        character
        for character in text
        if character not in _BLANK
        and (character in JOINERS or unicodedata.category(character) not in _UNSEEN)
    ]
    joined = [
        character
        for place, character in enumerate(kept)
        if character not in JOINERS
        or (0 < place < len(kept) - 1 and _joins(kept[place - 1], kept[place + 1]))
    ]
    return unicodedata.normalize("NFC", " ".join("".join(joined).split()))


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Letters and symbols by category that are drawn as nothing: Hangul fillers, the empty Braille cell.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def _joins(before: str, after: str) -> bool:
    return not any(side.isspace() or side in JOINERS or side.isascii() for side in (before, after))


def initials(name: str) -> str:
    """Return one or two letters that stand for `name`, or `?` where it has none.

    The first letters of the first and the last word; only one in scripts whose letters
    join (Arabic, Syriac) or stand for a word each (Han), where two would mislead.
    """
    words = [letter for word in safe_name(name).split(" ") if (letter := _first_letter(word))]
    if not words:
        return "?"
    first, last = words[0], words[-1]
    if len(words) == 1 or unicodedata.bidirectional(first[0]) == "AL" or _is_han(first):
        return first
    return first + last


def _first_letter(word: str) -> str:
    for place, character in enumerate(word):
        if character in _LEADING_VOWELS and place + 1 < len(word):
            continue
        if character.isalnum():
            end = place + 1
            while end < len(word) and is_mark(word[end]) and not _is_virama(word[end]):
                end += 1
            return _capital(character) + word[place + 1 : min(end, place + 3)]
    return ""


def _capital(character: str) -> str:
    # Georgian capitals are for whole words only, and ß has no single one.
    if "\u10d0" <= character <= "\u10ff":
        return character
    capital = character.upper()
    return capital if len(capital) == 1 else character


def _is_virama(character: str) -> bool:
    return unicodedata.combining(character) == _VIRAMA_CLASS


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character >= "\U00020000"


def slugify(name: str) -> str:
    """Return a channel slug for `name`: letters of any script, digits, marks, `_`, single `-`.

    NFKC and casefolded, at most 80 characters, never empty, never without a letter (a
    number is somebody's id). A slug of this kind comes back unchanged.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    spaced = "".join(
        character if is_name_character(character) else "-"
        for character in folded
        if character not in JOINERS and character not in "'’"
    )
    slug = _trimmed(re.sub("-+", "-", spaced))
    if not any(character.isalpha() for character in slug):
        slug = _trimmed(f"{_FALLBACK}-{slug}")
    return slug


def _trimmed(slug: str) -> str:
    start = 0
    while start < len(slug) and (slug[start] in "-_" or is_mark(slug[start])):
        start += 1
    end = min(len(slug), start + MAX_SLUG)
    while start < end < len(slug) and is_mark(slug[end]):
        end -= 1
    return slug[start:end].rstrip("-_")
