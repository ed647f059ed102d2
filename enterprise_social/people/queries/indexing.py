"""What everyone may see of people, as words: the directory is made of it and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.people import words
from enterprise_social.people.built_in import custom_id
from enterprise_social.people.models import (
    Person,
    PersonSkill,
    Profile,
    ProfileField,
    ProfileValue,
    Skill,
)
from enterprise_social.people.models.directory import (
    FIRST_OWN_SOURCE,
    HANDLE,
    LONGEST_WORD,
    NAME,
    OTHER,
    SOURCES,
    USERNAME,
)
from enterprise_social.people.queries.fields import hidden_names

Posting = tuple[int, str, int]  # kind, word, source
MOST_WORDS = 60  # of one field
_FOR_EVERYONE = (
    ProfileField.audience == "everyone",
    ProfileField.archived_at.is_(None),
    ProfileField.kind.in_(("text", "long", "choice")),
)


def source_of(name: str) -> int | None:
    """Return the source of a field's words by its name (see ``built_in``), None where it has none.

    ``about`` and the like are not looked through: they are to be read, not to find people by.
    """
    field_id = custom_id(name)
    return SOURCES.get(name) if field_id is None else FIRST_OWN_SOURCE + field_id


def is_public(name: str) -> bool:
    """Tell whether everyone may see what stands in a field."""
    field_id = custom_id(name)
    if field_id is None:
        return name not in hidden_names()
    statement = select(ProfileField.id).where(ProfileField.id == field_id, *_FOR_EVERYONE)
    return db.session.execute(statement).first() is not None


@dataclass(frozen=True)
class Profiled:
    """What stands on somebody's profile: texts by the built-in field that they are in."""

    name: str
    username: str
    email: str
    texts: Mapping[str, Iterable[str]]
    languages: Iterable[str] = ()


def words_of(profile: Profiled) -> set[Posting]:
    """Return under which words a profile is found where no field is hidden."""
    found = _named(profile.name, profile.username)
    found.add(_address(profile.email))
    for field, texts in profile.texts.items():
        for text in texts:
            found |= _posted(text, SOURCES[field])
    return found | _posted(_languages(profile.languages), SOURCES["languages"])


def public_words(person_ids: Iterable[int]) -> dict[int, set[Posting]]:
    """Return under which words each of the people is found; unknown people are left out.

    Fields that are hidden, archived or for fewer than everyone are not looked at.
    """
    ids = sorted(set(person_ids))
    hidden = hidden_names()
    found: dict[int, set[Posting]] = {}
    columns = (
        Person.id, Person.name, Person.username, Person.email,
        Person.title, Person.department, Person.location,
    )  # fmt: skip
    for row in db.session.execute(select(*columns).where(Person.id.in_(ids))):
        postings = found[row.id] = _named(row.name, row.username)
        if "email" not in hidden:
            postings.add(_address(row.email))
        for field in ("title", "department", "location"):
            if field not in hidden:
                postings |= _posted(getattr(row, field), SOURCES[field])
    if "skills" not in hidden:
        _add_skills(ids, found)
    if not {"languages", "topics"} <= hidden:
        _add_told(ids, found, hidden)
    _add_own_fields(ids, found)
    return found


def _named(name: str, username: str) -> set[Posting]:
    postings = {(NAME, word, SOURCES["name"]) for word in words.indexed(name)}
    parts = {(USERNAME, word, SOURCES["username"]) for word in words.indexed(username)}
    return postings | parts | {(HANDLE, username[:LONGEST_WORD], SOURCES["username"])}


def _address(email: str) -> Posting:
    return HANDLE, email[:LONGEST_WORD], SOURCES["email"]


def _posted(text: str, source: int) -> set[Posting]:
    found = words.indexed(text)
    if len(found) > MOST_WORDS:
        found = set(sorted(found)[:MOST_WORDS])
    return {(OTHER, word, source) for word in found}


def _add_skills(ids: list[int], found: dict[int, set[Posting]]) -> None:
    statement = (
        select(PersonSkill.person_id, Skill.name)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.person_id.in_(ids))
    )
    for person_id, name in db.session.execute(statement):
        found[person_id] |= _posted(name, SOURCES["skills"])


def _add_told(ids: list[int], found: dict[int, set[Posting]], hidden: frozenset[str]) -> None:
    statement = select(Profile.person_id, Profile.topics, Profile.languages).where(
        Profile.person_id.in_(ids)
    )
    for person_id, topics, languages in db.session.execute(statement):
        if "topics" not in hidden:
            found[person_id] |= _posted(" ".join(topics), SOURCES["topics"])
        if "languages" not in hidden:
            found[person_id] |= _posted(_languages(languages), SOURCES["languages"])


def _add_own_fields(ids: list[int], found: dict[int, set[Posting]]) -> None:
    statement = (
        select(ProfileValue.person_id, ProfileValue.field_id, ProfileValue.value)
        .join(ProfileField, ProfileField.id == ProfileValue.field_id)
        .where(
            ProfileValue.person_id.in_(ids),
            *_FOR_EVERYONE,
        )
    )
    for person_id, field_id, value in db.session.execute(statement):
        found[person_id] |= _posted(value, FIRST_OWN_SOURCE + field_id)


def _languages(tags: Iterable[str]) -> str:
    return " ".join(map(_language, tags))


@lru_cache(maxsize=1024)
def _language(tag: str) -> str:
    """Return a language's names, in English and in itself: German Deutsch."""
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return ""
    return f"{locale.get_display_name('en') or ''} {locale.get_display_name() or ''}"
