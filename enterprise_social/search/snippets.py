"""The part of a post that a search found, with the words marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from enterprise_social.search import words

#: Characters of a snippet, about.
LENGTH = 240


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, marked where it is what was searched for. Plain text: it must be escaped."""

    text: str
    marked: bool = False


def snippet(text: str, wanted: Sequence[str], length: int = LENGTH) -> list[Piece]:
    """The part of a text that holds most of what was wanted.

    `wanted` is `Hits.words`: words, `"phrases"` and `beginnings*`. Words are marked in every
    inflection that the search finds them in.
    """
    spans = _spans(text, wanted)
    start, end = _window(text, spans, length)
    pieces = [Piece("…")] if start > 0 else []
    at = start
    for first, last in spans:
        if first < at or last > end:
            continue
        if first > at:
            pieces.append(Piece(text[at:first]))
        pieces.append(Piece(text[first:last], marked=True))
        at = last
    if at < end:
        pieces.append(Piece(text[at:end]))
    if end < len(text):
        pieces.append(Piece("…"))
    return pieces


def _spans(text: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Where wanted words stand, merged where they touch."""
    stems: set[str] = set()
    beginnings: list[str] = []
    for piece in wanted:
        if piece.endswith("*"):
            beginnings += words.phrase(piece[:-1])[-1:]
            continue
        terms = words.phrase(piece.strip('"'))
        rows = words.asked(piece).rows if not piece.startswith('"') else (terms,)
        stems.update(words.stem(term) for row in rows for term in row)
    found: list[tuple[int, int]] = []
    for token in words.tokens(text):
        fits = words.stem(token.term) in stems or any(
            token.term.startswith(beginning) for beginning in beginnings
        )
        if not fits:
            continue
        if found and token.start <= found[-1][1]:
            found[-1] = (min(found[-1][0], token.start), max(found[-1][1], token.end))
        else:
            found.append((token.start, token.end))
    return found


def _window(text: str, spans: Sequence[tuple[int, int]], length: int) -> tuple[int, int]:
    """The stretch of about `length` characters with the most marks, ending between words."""
    if len(text) <= length:
        return 0, len(text)
    best, start = 0, 0
    for number, (first, _last) in enumerate(spans):
        held = sum(1 for other in spans[number:] if other[1] <= first + length * 3 // 4)
        if held > best:
            best, start = held, first
    start = max(0, min(start - length // 4, len(text) - length))
    end = min(len(text), start + length)
    if start > 0 and (blank := text.find(" ", start, start + 30)) >= 0:
        start = blank + 1
    if end < len(text) and (blank := text.rfind(" ", end - 30, end)) > start:
        end = blank
    return start, end
