"""The vocabulary of skills: its words, renamed, merged and removed by admins.

Merging and removing lock skills harder than naming them does, so that nobody is given a word that
just went.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import aliased

from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name
from enterprise_social.people import policy
from enterprise_social.people.events import DirectoryOutdated
from enterprise_social.people.models import Endorsement, Person, PersonSkill, Skill
from enterprise_social.people.models.skills import LONGEST_SKILL, MOST_SKILLS
from enterprise_social.people.queries.skills import skill_key

LONGEST_KEY = 120
AT_ONCE = 500  # people in one event


@action
def rename_skill(actor: Person | None, skill: Skill, name: str) -> Skill:
    """Give a skill another name; the old word stays as a spelling of it.

    Raises Forbidden, Invalid, and Conflict where another skill has that name: merge them then.
    """
    _require_admin(actor)
    cleaned = cleaned_names([name])
    if not cleaned:
        raise Invalid(errors={"name": [_("Enter a name.")]})
    [(key, words)] = cleaned.items()
    skill = _lock_one(skill.id)
    other = db.session.scalars(select(Skill).where(Skill.key == key)).first()
    if other is not None and skill.id not in (other.id, other.merged_into_id):
        raise Conflict(_("There is a skill of this name already. Merge the two."))
    old_key, old_name = skill.key, skill.name
    if (old_key, old_name) == (key, words):
        return skill
    if other is not None and other.id != skill.id:
        db.session.delete(other)  # its own spelling becomes its name
        db.session.flush()
    skill.key, skill.name = key, words
    db.session.flush()
    if old_key != key:
        db.session.add(new_word(actor, old_key, old_name, merged_into_id=skill.id))
        db.session.flush()
    _note(actor, "renamed", skill, {"from": old_name, "to": words})
    _have_indexed(_holders(skill.id))
    return skill


@action
def merge_skills(actor: Person | None, skill: Skill, into: Skill) -> Skill:
    """Make two skills one: who has the first has the second, with what was said for either.

    Who vouched for both counts once, with the word for the second. The first word stays as a
    spelling of the second. Raises Forbidden, Conflict.
    """
    _require_admin(actor)
    if skill.id == into.id:
        raise Conflict(_("Choose another skill to merge this one into."))
    locked = _lock_hard([skill.id, into.id])
    if len(locked) != 2 or any(each.merged_into_id for each in locked.values()):
        raise Conflict(_("Others changed these skills just now. Look at them again."))
    skill, into = locked[skill.id], locked[into.id]
    holders = _holders(skill.id)
    _move_holders(skill.id, into.id)
    _move_endorsements(skill.id, into.id)
    _recount_endorsements(into.id)
    spellings = update(Skill).where(Skill.merged_into_id == skill.id)
    db.session.execute(spellings.values(merged_into_id=into.id))
    skill.merged_into_id, skill.people_count = into.id, 0
    into.people_count = _number_of_holders(into.id)
    db.session.flush()
    db.session.expire_all()
    _note(actor, "merged", into, {"from": skill.name})
    _have_indexed(holders)
    return into


@action
def remove_skill(actor: Person | None, skill: Skill) -> None:
    """Take a word out of the vocabulary, from every profile, with what was said for it."""
    _require_admin(actor)
    skill = _lock_one(skill.id)
    holders = _holders(skill.id)
    for model in (Endorsement, PersonSkill):
        db.session.execute(delete(model).where(model.skill_id == skill.id))
    db.session.execute(delete(Skill).where(Skill.merged_into_id == skill.id))
    db.session.flush()
    _note(actor, "removed", skill, {"name": skill.name, "people": len(holders)})
    db.session.expunge(skill)
    db.session.execute(delete(Skill).where(Skill.id == skill.id))
    _have_indexed(holders)


def cleaned_names(names: Sequence[str]) -> dict[str, str]:
    """Return the names by their spelling. Raises Invalid that says which can't be taken."""
    found: dict[str, str] = {}
    for given in names:
        name = safe_name(given)
        key = skill_key(name)
        if not name:
            continue
        if len(name) > LONGEST_SKILL or len(key) > LONGEST_KEY:
            words = _("“%(name)s…” is too long for a skill.", name=name[:20])
            raise Invalid(errors={"skills": [words]})
        if not any(character.isalnum() for character in key):
            raise Invalid(errors={"skills": [_("“%(name)s” is no word.", name=name)]})
        found.setdefault(key, name)
    if len(found) > MOST_SKILLS:
        raise Invalid(errors={"skills": [_("At most %(count)d skills fit.", count=MOST_SKILLS)]})
    return found


def new_word(actor: Person | None, key: str, name: str, merged_into_id: int | None = None) -> Skill:
    """Make a word of the vocabulary, not yet added to the session."""
    return Skill(
        key=key,
        name=name,
        merged_into_id=merged_into_id,
        people_count=0,
        created_by_id=actor.id if actor else None,
        created_at=now(),
    )


def _require_admin(actor: Person | None) -> None:
    require(policy.is_admin(actor), _("Only an admin may change the vocabulary of skills."))


def lock_skills(skill_ids: Sequence[int]) -> dict[int, Skill]:
    """Lock skills against being merged or removed; others may name them meanwhile.

    Raises Conflict where one of them went while we waited.
    """
    locked = _locked(skill_ids, key_share=True)
    if len(locked) != len(skill_ids) or any(each.merged_into_id for each in locked.values()):
        raise Conflict(_("This skill was changed just now. Look at it again."))
    return locked


def _lock_hard(skill_ids: Sequence[int]) -> dict[int, Skill]:
    return _locked(skill_ids, key_share=False)


def _locked(skill_ids: Sequence[int], *, key_share: bool) -> dict[int, Skill]:
    statement = (
        select(Skill)
        .where(Skill.id.in_(skill_ids))
        .order_by(Skill.id)
        .with_for_update(key_share=key_share)
        .execution_options(populate_existing=True)
    )
    return {each.id: each for each in db.session.scalars(statement)}


def _lock_one(skill_id: int) -> Skill:
    locked = _lock_hard([skill_id])
    if skill_id not in locked or locked[skill_id].merged_into_id is not None:
        raise NotFound()
    return locked[skill_id]


def _holders(skill_id: int) -> list[int]:
    statement = select(PersonSkill.person_id).where(PersonSkill.skill_id == skill_id)
    return list(db.session.scalars(statement.order_by(PersonSkill.person_id)))


def _number_of_holders(skill_id: int) -> int:
    statement = (
        select(func.count())
        .select_from(PersonSkill)
        .join(Person, Person.id == PersonSkill.person_id)
        .where(PersonSkill.skill_id == skill_id, Person.deactivated_at.is_(None))
    )
    return int(db.session.execute(statement).scalar_one())


def _move_holders(skill_id: int, into_id: int) -> None:
    also = aliased(PersonSkill)
    both = exists().where(also.person_id == PersonSkill.person_id, also.skill_id == into_id)
    statement = (
        update(PersonSkill)
        .where(PersonSkill.skill_id == skill_id, ~both)
        .values(skill_id=into_id)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(statement)
    _delete_of(PersonSkill, skill_id)


def _move_endorsements(skill_id: int, into_id: int) -> None:
    also = aliased(Endorsement)
    both = exists().where(
        also.person_id == Endorsement.person_id,
        also.endorser_id == Endorsement.endorser_id,
        also.skill_id == into_id,
    )
    statement = (
        update(Endorsement)
        .where(Endorsement.skill_id == skill_id, ~both)
        .values(skill_id=into_id)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(statement)
    _delete_of(Endorsement, skill_id)


def _delete_of(model: type[Any], skill_id: int) -> None:
    statement = delete(model).where(model.skill_id == skill_id)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _recount_endorsements(skill_id: int) -> None:
    db.session.execute(
        update(PersonSkill)
        .where(PersonSkill.skill_id == skill_id)
        .values(endorsement_count=number_of_endorsers(PersonSkill.person_id, PersonSkill.skill_id))
        .execution_options(synchronize_session=False)
    )


def number_of_endorsers(person_id: Any, skill_id: Any) -> Any:
    """Return the number of those who vouch for it and are still here, as SQL."""
    return (
        select(func.count())
        .select_from(Endorsement)
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(Endorsement.person_id == person_id, Endorsement.skill_id == skill_id)
        .where(Person.deactivated_at.is_(None))
        .correlate(PersonSkill)
        .scalar_subquery()
    )


def _have_indexed(person_ids: Sequence[int]) -> None:
    for start in range(0, len(person_ids), AT_ONCE):
        announce(DirectoryOutdated(list(person_ids[start : start + AT_ONCE])))


def _note(actor: Person | None, act: str, skill: Skill, details: dict[str, Any]) -> None:
    audit.record(actor, f"skills.{act}", f"skill:{skill.id}", details)
