"""Text as PostgreSQL's `tsvector` and `tsquery` (PostgreSQL manual, 8.11, "Text Search Types")."""

from __future__ import annotations

from collections.abc import Sequence

from enterprise_social.search import words

#: PostgreSQL keeps positions up to this one, and so many of each word.
LAST_POSITION = 16_383
MOST_POSITIONS = 255


def quote(term: str) -> str:
    """A term as a lexeme that is taken as it stands."""
    escaped = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def vectors(text: str) -> tuple[str, str, int]:
    """The words of a text with their positions, their stems, and how many words there are."""
    places: dict[str, set[int]] = {}
    count = 0
    for token in words.tokens(text):
        places.setdefault(token.term, set()).add(min(token.position + 1, LAST_POSITION))
        count += 1
    as_written = " ".join(
        f"{quote(term)}:{','.join(map(str, sorted(found)[:MOST_POSITIONS]))}"
        for term, found in places.items()
    )
    stems = " ".join(quote(stem) for stem in {words.stem(term) for term in places})
    return as_written, stems, count


def row(terms: Sequence[str]) -> str:
    """A query for words side by side."""
    return " <-> ".join(quote(term) for term in terms)


def beginning(text: str) -> str:
    """A query for words that begin so; of a name with signs only the last word is open."""
    terms = words.phrase(text)
    *before, last = terms or ("",)
    short = len(last) < 3 and last.isascii()
    ending = quote(last) if short else f"{quote(last)}:*"
    return " & ".join([*(quote(term) for term in before), ending])
