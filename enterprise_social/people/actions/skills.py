"""Writes: the skills that people say they have, and who vouches for them.

Whoever writes locks the person first and then the skills by their ids.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select, tuple_, update

from enterprise_social.core import screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name
from enterprise_social.people import policy
from enterprise_social.people.actions.history import note_changes
from enterprise_social.people.actions.vocabulary import (
    cleaned_names,
    lock_skills,
    new_word,
    number_of_endorsers,
)
from enterprise_social.people.events import PersonChanged
from enterprise_social.people.models import Endorsement, Person, PersonSkill, Skill
from enterprise_social.people.models.skills import LONGEST_PRAISE
from enterprise_social.people.policy.skills import may_endorse
from enterprise_social.people.queries.presence import block_between
from enterprise_social.people.queries.skills import names_of


@action
def set_skills(actor: Person | None, person: Person, names: Sequence[str]) -> list[Skill]:
    """Say which skills somebody has, in place of those before; return them by name.

    A word that nobody used yet joins the vocabulary; another spelling of a known one is that one.
    What colleagues said for a skill goes with it. Raises Forbidden, Invalid.
    """
    require(policy.may_edit(actor, person), _("You may only change your own profile."))
    wanted = cleaned_names(names)
    said = {"skills": list(wanted.values())}
    said = screening.clean_nested("profiles", said, actor=actor, target=f"person:{person.id}")
    wanted = cleaned_names(said["skills"])
    person = lock(Person, person.id)
    before = names_of([person.id]).get(person.id, [])
    skills = _named(actor, wanted)
    held = set(
        db.session.scalars(select(PersonSkill.skill_id).where(PersonSkill.person_id == person.id))
    )
    gone, new = held - skills.keys(), skills.keys() - held
    if gone:
        _take_away(person, gone)
    for skill_id in sorted(new):
        db.session.add(PersonSkill(person_id=person.id, skill_id=skill_id, added_at=now()))
    if person.is_active:
        _count(new, 1)
        _count(gone, -1)
    ordered = sorted(skills.values(), key=lambda skill: skill.key)
    if gone or new:
        person.version += 1
        note_changes(actor, person, {"skills": (before, [skill.name for skill in ordered])})
        announce(PersonChanged(person.id))
    db.session.flush()
    return ordered


@action
def endorse(actor: Person, person: Person, skill: Skill, praise: str) -> Endorsement:
    """Vouch for somebody's skill with a word of why; said again, the new word stands.

    Raises Forbidden for oneself and between people of whom one blocks the other, NotFound where
    the person doesn't have the skill, Invalid without a word.
    """
    words = _praise(praise)
    target = f"person:{person.id}"
    said = screening.clean("profiles", {"why": words}, actor=actor, target=target)
    words = said["why"][:LONGEST_PRAISE]
    _require_reach(actor, person)
    person = lock(Person, person.id)
    lock_skills([skill.id])
    held = _held(person, skill)
    found = db.session.get(Endorsement, (person.id, skill.id, actor.id))
    if found is None:
        found = Endorsement(
            person_id=person.id, skill_id=skill.id, endorser_id=actor.id, praise=words, at=now()
        )
        db.session.add(found)
        _recount(held)
    elif found.praise != words:
        found.praise, found.at = words, now()
    db.session.flush()
    return found


@action
def withdraw_endorsement(actor: Person, person: Person, skill: Skill) -> None:
    """Take one's word for somebody's skill back; nothing happens where there is none."""
    person = lock(Person, person.id)
    lock_skills([skill.id])
    found = db.session.get(Endorsement, (person.id, skill.id, actor.id), populate_existing=True)
    if found is None:
        return
    db.session.delete(found)
    _recount(_held(person, skill))


@action
def remove_endorsement(actor: Person | None, person: Person, skill: Skill, by: Person) -> None:
    """Take away what somebody said for one's own skill: the profile is one's own.

    Raises Forbidden.
    """
    require(policy.may_edit(actor, person), _("You may only change your own profile."))
    withdraw_endorsement(by, person, skill)


def count_active(person_id: int) -> None:
    """Bring the numbers in line after somebody left or came back, inside the running action."""
    person = db.session.get_one(Person, person_id)
    step = 1 if person.is_active else -1
    mine = select(PersonSkill.skill_id).where(PersonSkill.person_id == person_id)
    _count(set(db.session.scalars(mine)), step)
    given = select(Endorsement.person_id, Endorsement.skill_id).where(
        Endorsement.endorser_id == person_id
    )
    db.session.execute(
        update(PersonSkill)
        .where(tuple_(PersonSkill.person_id, PersonSkill.skill_id).in_(given))
        .values(endorsement_count=number_of_endorsers(PersonSkill.person_id, PersonSkill.skill_id))
        .execution_options(synchronize_session=False)
    )


def _named(actor: Person | None, wanted: dict[str, str]) -> dict[int, Skill]:
    """Return the skills of these spellings, locked; unknown words join the vocabulary."""
    known = set(db.session.scalars(select(Skill.key).where(Skill.key.in_(wanted))))
    for key in sorted(wanted.keys() - known):
        # Where another writer was quicker the action begins anew and finds it.
        db.session.add(new_word(actor, key, wanted[key]))
    db.session.flush()
    statement = select(Skill).where(Skill.key.in_(wanted))
    found = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    return lock_skills(sorted({each.merged_into_id or each.id for each in found}))


def _take_away(person: Person, skill_ids: set[int]) -> None:
    for model in (Endorsement, PersonSkill):
        mine = (model.person_id == person.id, model.skill_id.in_(skill_ids))
        db.session.execute(delete(model).where(*mine))


def _count(skill_ids: set[int], step: int) -> None:
    if skill_ids:
        db.session.execute(
            update(Skill)
            .where(Skill.id.in_(sorted(skill_ids)))
            .values(people_count=Skill.people_count + step)
            .execution_options(synchronize_session=False)
        )


def _recount(held: PersonSkill) -> None:
    # Never one more or less: who has left is not in the number, and their word can still go.
    db.session.flush()
    counting = select(number_of_endorsers(held.person_id, held.skill_id))
    held.endorsement_count = int(db.session.execute(counting).scalar_one())
    db.session.flush()


def _praise(praise: str) -> str:
    words = safe_name(praise)
    if not words:
        raise Invalid(errors={"why": [_("Say in a word why.")]})
    if len(words) > LONGEST_PRAISE:
        most = _("At most %(count)d characters fit here.", count=LONGEST_PRAISE)
        raise Invalid(errors={"why": [most]})
    return words


def _require_reach(actor: Person, person: Person) -> None:
    require(actor.id != person.id, _("Nobody vouches for themselves."))
    require(may_endorse(actor, person), _("This person is no longer here."))
    require(not block_between(actor.id, person.id), _("You can't reach this person."))


def _held(person: Person, skill: Skill) -> PersonSkill:
    held = db.session.get(PersonSkill, (person.id, skill.id), populate_existing=True)
    if held is None:
        raise NotFound()
    return held
