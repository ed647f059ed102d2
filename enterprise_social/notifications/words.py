"""Words as they are compared: without case, accents and marks, in any script."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
LONGEST_PHRASE = 3  # words
MOST_WORDS = 4000  # of one text


def folded_words(text: str) -> list[str]:
    """Return the words of a text in order, folded."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return _WORD.findall(plain)[:MOST_WORDS]


def folded_phrase(text: str) -> str:
    """Return a word or phrase as it is kept."""
    return " ".join(folded_words(text))


def phrases(text: str) -> set[str]:
    """Return every run of up to LONGEST_PHRASE words of a text."""
    words = folded_words(text)
    return {
        " ".join(words[start : start + length])
        for length in range(1, LONGEST_PHRASE + 1)
        for start in range(len(words) - length + 1)
    }
