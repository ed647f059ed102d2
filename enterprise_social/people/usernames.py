"""Usernames: what may stand after an @, made from a name or an e-mail address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from enterprise_social.core.text import RESERVED_USERNAMES, safe_name
from enterprise_social.core.text.cleaning import JOINERS, is_mark, is_name_character

LONGEST = 64
LONGEST_MADE = 48  # leaves room for a number where the name is taken
# Words of addresses (/people/org), of the query language (from:me) and of mentions.
RESERVED = RESERVED_USERNAMES | {"me", "org", "new", "admin", "system", "groups", "preview"}
_LOOKALIKE_SCRIPTS = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "COPTIC", "CHEROKEE"}
# Latin letters that no decomposition takes apart.
_LATIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h",
    "ı": "i", "ŋ": "ng", "ſ": "s", "ə": "e", "ŧ": "t", "ƒ": "f", "ĸ": "k", "ʻ": "", "ʼ": "",
}  # fmt: skip


def username_key(username: str) -> str:
    """Return the form in which usernames are stored and compared: NFC, casefolded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", username).casefold())


def is_username(value: str) -> bool:
    """Tell whether ``value`` can be a username and be mentioned in full.

    Letters of any script, digits and ``_``, joined by single ``.`` or ``-``; at least one letter,
    since a number is somebody's id. Not of scripts whose letters look alike in one word, and not in
    wide or other compatible forms: ``аll`` with a Cyrillic ``а`` isn't ``all``.
    """
    if not 1 <= len(value) <= LONGEST or value in RESERVED or username_key(value) != value:
        return False
    if _looks_like_another(value):
        return False
    if not any(character.isalpha() for character in value) or value[0] in JOINERS:
        return False
    parts = re.split(r"[.-]", value)
    return all(part and all(map(is_name_character, part)) for part in parts) and not (
        value.endswith(("_", *JOINERS)) or is_mark(value[0])
    )


def _looks_like_another(value: str) -> bool:
    if value.isascii():
        return False
    # Of one word: ``it-отдел`` is two.
    mixed = any(len(_scripts(word)) > 1 for word in re.split("[._-]", value))
    return mixed or unicodedata.normalize("NFKC", value) != value


def _scripts(word: str) -> set[str]:
    # The first word of a letter's name in Unicode is its script.
    found = {unicodedata.name(each, "").split(" ")[0] for each in word if each.isalpha()}
    return found & _LOOKALIKE_SCRIPTS


def make_username(name: str, email: str, is_taken: Callable[[str], bool]) -> str:
    """Make a username that nobody has.

    Latin names lose their diacritics (``Łukasz Müller`` → ``lukasz.muller``). A name in another
    script gives way to the e-mail address, which colleagues can type, and is kept as it is written
    where the address says nothing. ``is_taken`` is asked until it says no.
    """
    base = _from_name(name, email)
    if not is_username(f"{base}2"):
        base = "person"  # marks without a letter and the like
    candidate, number = base, 1
    while not is_username(candidate) or is_taken(candidate):
        number += 1
        candidate = f"{base}{number}"
    return candidate


def _from_name(name: str, email: str) -> str:
    written = _joined(safe_name(name))
    for candidate in (written, _joined(email.partition("@")[0].partition("+")[0])):
        if candidate.isascii() and _has_letter(candidate):
            return candidate
    return written if _has_letter(written) else "person"


def _joined(text: str) -> str:
    kept = "".join(
        character if is_name_character(character) and character not in JOINERS else " "
        for character in folded(text)
        if character not in "'’ʼ`´"
    )
    words = [word.strip("_") for word in kept.split()]
    return ".".join(word for word in words if word)[:LONGEST_MADE].rstrip("._")


def folded(text: str) -> str:
    """Return the text in small letters, the Latin ones without their diacritics.

    Marks of other scripts are vowels or part of the letter, so they stay.
    """
    folded: list[str] = []
    after_latin = False
    for character in unicodedata.normalize("NFKD", text.casefold()):
        if is_mark(character):
            if not after_latin:
                folded.append(character)
            continue
        plain = _LATIN.get(character, character)
        after_latin = plain.isascii()
        folded.append(plain)
    return unicodedata.normalize("NFC", "".join(folded))


def _has_letter(text: str) -> bool:
    return any(character.isalpha() for character in text)
