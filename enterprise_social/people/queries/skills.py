"""Reads of skills: the vocabulary, who has which, and who vouches for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import aliased

from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Block, Endorsement, Person, PersonSkill, Skill
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.words import fold

MOST_COMMON = 30
MOST_SUGGESTED = 8
MOST_FACES = 5
MOST_ALIASES = 20


@dataclass(frozen=True)
class Vouch:
    """A colleague's word for a skill. ``counts`` is false where they have left."""

    endorser: Person
    praise: str
    at: datetime

    @property
    def counts(self) -> bool:
        """Whether it is in the number."""
        return self.endorser.is_active


@dataclass(frozen=True)
class ShownSkill:
    """A skill of somebody with who vouches for it, the newest first."""

    id: int
    name: str
    count: int
    vouches: Sequence[Vouch] = field(default_factory=list)

    @property
    def faces(self) -> Sequence[Person]:
        """Some of those who vouch and are still here."""
        return [each.endorser for each in self.vouches if each.counts][:MOST_FACES]

    def by(self, person_id: int) -> Vouch | None:
        """Return what that person says for it, or None."""
        return next((each for each in self.vouches if each.endorser.id == person_id), None)


@dataclass(frozen=True)
class Listed:
    """A skill of the vocabulary for those who look after it, with its other spellings."""

    skill: Skill
    aliases: Sequence[str]


def skill_key(name: str) -> str:
    """Return the spelling by which a skill is one word: without case, accents and hyphens."""
    return " ".join(fold(name).replace("-", " ").replace("_", " ").split())


def skill_named(name: str) -> Skill | None:
    """Return the skill of that name in any spelling, a merged word's new one, or None."""
    found = db.session.scalars(select(Skill).where(Skill.key == skill_key(name)[:120])).first()
    if found is None or found.merged_into_id is None:
        return found
    return db.session.get(Skill, found.merged_into_id)


def skill_of(skill_id: int) -> Skill:
    """Return a skill of the vocabulary. Raises NotFound, also for one that was merged."""
    found = db.session.get(Skill, skill_id)
    if found is None or found.merged_into_id is not None:
        raise NotFound()
    return found


def common_skills(viewer: Person, limit: int = MOST_COMMON) -> list[tuple[str, int]]:
    """Return the skills that most people have, with how many; guests get to know none."""
    if is_guest(viewer):
        return []
    statement = (
        select(Skill.name, Skill.people_count)
        .where(Skill.merged_into_id.is_(None), Skill.people_count > 0)
        .order_by(Skill.people_count.desc(), Skill.key)
        .limit(limit)
    )
    return [(row.name, row.people_count) for row in db.session.execute(statement)]


def suggest_skills(viewer: Person, text: str, limit: int = MOST_SUGGESTED) -> Sequence[Skill]:
    """Return skills to suggest while somebody types: what begins so first, then what holds it.

    A word that nobody has any more, or that was only tried out, is suggested to nobody. Guests,
    who see few of those who have them, are suggested none.
    """
    if is_guest(viewer):
        return []
    key = skill_key(text)[:60]
    target = aliased(Skill)
    statement = (
        select(target)
        .select_from(Skill)
        .join(target, target.id == func.coalesce(Skill.merged_into_id, Skill.id))
        .where(or_(_starts(key), Skill.key.contains(f" {key}", autoescape=True)))
        .where(target.people_count > 0)
        .order_by(Skill.key.startswith(key, autoescape=True).desc())
        .order_by(target.people_count.desc(), target.key)
        .limit(limit * 3)
    )
    found = {skill.id: skill for skill in db.session.scalars(statement)}
    return list(found.values())[:limit]


def _starts(key: str) -> ColumnElement[bool]:
    return Skill.key.startswith(key, autoescape=True)


def skills_of(viewer: Person, person: Person) -> list[ShownSkill]:
    """Return somebody's skills, the most endorsed first, with what colleagues say for them.

    Nobody reads the words of people whom they block. Two queries.
    """
    mine = db.session.execute(
        select(Skill.id, Skill.name, PersonSkill.endorsement_count)
        .join(PersonSkill, PersonSkill.skill_id == Skill.id)
        .where(PersonSkill.person_id == person.id)
        .order_by(PersonSkill.endorsement_count.desc(), Skill.key)
    ).all()
    if not mine:
        return []
    vouches = _vouches(viewer, person)
    return [
        ShownSkill(row.id, row.name, row.endorsement_count, vouches.get(row.id, ())) for row in mine
    ]


def _vouches(viewer: Person, person: Person) -> dict[int, list[Vouch]]:
    blocked = select(Block.blocked_id).where(Block.blocker_id == viewer.id)
    statement = (
        select(Endorsement, Person)
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(Endorsement.person_id == person.id, Endorsement.endorser_id.not_in(blocked))
        .where(visible(Person, viewer))
        .order_by(Endorsement.at.desc(), Endorsement.endorser_id)
    )
    found: dict[int, list[Vouch]] = {}
    for endorsement, endorser in db.session.execute(statement):
        vouch = Vouch(endorser, endorsement.praise, endorsement.at)
        found.setdefault(endorsement.skill_id, []).append(vouch)
    return found


def names_of(person_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the names of people's skills by person."""
    statement = (
        select(PersonSkill.person_id, Skill.name)
        .join(Skill, Skill.id == PersonSkill.skill_id)
        .where(PersonSkill.person_id.in_(sorted(set(person_ids))))
        .order_by(Skill.key)
    )
    found: dict[int, list[str]] = {}
    for person_id, name in db.session.execute(statement):
        found.setdefault(person_id, []).append(name)
    return found


def vocabulary(*, text: str = "", cursor: str | None = None, limit: int = 50) -> Page[Listed]:
    """Return a page of the vocabulary by name. Raises Invalid for a foreign cursor."""
    statement = select(Skill).where(Skill.merged_into_id.is_(None))
    key = skill_key(text)
    if key:
        alias = aliased(Skill)
        spelt = select(alias.merged_into_id).where(alias.key.contains(key, autoescape=True))
        statement = statement.where(
            or_(Skill.key.contains(key, autoescape=True), Skill.id.in_(spelt))
        )
    if cursor:
        statement = statement.where(Skill.key > decode(cursor, str)[0])
    rows = db.session.scalars(statement.order_by(Skill.key).limit(limit + 1)).all()
    shown = rows[:limit]
    aliases = _aliases([each.id for each in shown])
    page = [Listed(each, aliases.get(each.id, [])) for each in shown]
    return Page(page, encode(shown[-1].key) if len(rows) > limit else None)


def spellings_of(skill_id: int) -> list[str]:
    """Return the other words that mean a skill."""
    return _aliases([skill_id]).get(skill_id, [])


def _aliases(skill_ids: Sequence[int]) -> dict[int, list[str]]:
    statement = (
        select(Skill.merged_into_id, Skill.name)
        .where(Skill.merged_into_id.in_(skill_ids))
        .order_by(Skill.key)
    )
    found: dict[int, list[str]] = {}
    for skill_id, name in db.session.execute(statement):
        if skill_id is not None:
            found.setdefault(skill_id, []).append(name)
    return {skill_id: names[:MOST_ALIASES] for skill_id, names in found.items()}
