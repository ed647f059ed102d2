"""The words of a rule, with where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Opening quotes, each with what closes it.
QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»"}
SIGNS = "(),"
END = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a quoted value or a sign. ``position`` counts characters, the first is 1."""

    text: str
    position: int
    quoted: bool = False
    closed: bool = True

    @property
    def key(self) -> str:
        """The word as keywords are compared; what is quoted is none."""
        return "" if self.quoted else self.text.casefold()


def tokens(text: str) -> Sequence[Token]:
    """Split a rule; the last token is an empty one where the text ends."""
    found: list[Token] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character.isspace():
            place += 1
        elif character in SIGNS:
            found.append(Token(character, place + 1))
            place += 1
        elif character in QUOTES:
            token, place = _quoted(text, place)
            found.append(token)
        else:
            start = place
            while place < len(text) and not text[place].isspace() and text[place] not in SIGNS:
                place += 1
            found.append(Token(text[start:place], start + 1))
    return [*found, Token(END, len(text) + 1)]


def _quoted(text: str, start: int) -> tuple[Token, int]:
    closing = QUOTES[text[start]]
    value = ""
    place = start + 1
    while place < len(text) and text[place] != closing:
        if text[place] == "\\" and place + 1 < len(text):
            place += 1
        value += text[place]
        place += 1
    return Token(value, start + 1, quoted=True, closed=place < len(text)), place + 1
