"""Known words that are spelt nearly like one that nobody has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, select

from enterprise_social.core.db import db
from enterprise_social.people import words
from enterprise_social.people.models import DirectoryPosting, DirectorySpelling, DirectoryWord
from enterprise_social.people.models.directory import KINDS

MOST_NEAR = 12
MOST_LOOKED_AT = 2_000


def near_words(forms: Iterable[str], *, further: int = 0) -> dict[str, int]:
    """Return the known words near any of ``forms`` with the number of wrong letters, nearest first.

    ``further`` allows that many letters more than usual.
    """
    allowed = {form: min(2, words.allowed_letters(form) + further) for form in forms}
    allowed = {form: most for form, most in allowed.items() if most and len(form) > 2}
    if not allowed:
        return {}
    keys: set[str] = set()
    for form, most in allowed.items():
        keys |= words.spelling_keys(form, letters=most)
    statement = (
        select(DirectoryWord.word)
        .join(DirectorySpelling, DirectorySpelling.word_id == DirectoryWord.id)
        .where(DirectorySpelling.key.in_(sorted(keys)))
        .distinct()
        .limit(MOST_LOOKED_AT)
    )
    found: dict[str, int] = {}
    for word in db.session.scalars(statement):
        wrong = min((words.distance(form, word, most) for form, most in allowed.items()), default=9)
        if 0 < wrong <= max(allowed.values()):
            found[word] = wrong
    first = {form[0] for form in allowed}
    ranked = sorted(found, key=lambda word: (found[word], word[0] not in first, word))
    still = _in_use(ranked[: MOST_NEAR * 4])
    kept = [word for word in ranked if word in still]
    return {word: found[word] for word in kept[:MOST_NEAR]}


def _in_use(words_found: Sequence[str]) -> set[str]:
    """Return those that stand on a profile now: one that was taken back must not show through."""
    if not words_found:
        return set()
    posting = DirectoryPosting
    stands = select(posting.person_id).where(
        posting.kind.in_(KINDS), posting.word == DirectoryWord.word
    )
    statement = select(DirectoryWord.word).where(
        DirectoryWord.word.in_(words_found), exists(stands.correlate(DirectoryWord))
    )
    return set(db.session.scalars(statement))
