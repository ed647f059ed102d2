"""Known words that are spelt nearly like one that nobody has."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.people import words
from enterprise_social.people.models import DirectorySpelling, DirectoryWord

MOST_NEAR = 12
MOST_LOOKED_AT = 2_000


def near_words(forms: Iterable[str], *, further: int = 0) -> dict[str, int]:
    """Return the known words near any of ``forms`` with the number of wrong letters, nearest first.

    ``further`` allows that many letters more than usual. Nobody need have a word any more.
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
    return {word: found[word] for word in ranked[:MOST_NEAR]}
