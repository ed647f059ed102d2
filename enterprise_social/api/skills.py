"""Skills: the vocabulary, who has which, and who vouches for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Items, Text
from enterprise_social.api.wire import listing
from enterprise_social.core.access import find
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.paging import Page
from enterprise_social.people.actions import skills as actions
from enterprise_social.people.models import Person, Skill
from enterprise_social.people.models.skills import LONGEST_PRAISE, LONGEST_SKILL, MOST_SKILLS
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.queries import skills as queries
from enterprise_social.people.queries.skills import ShownSkill

MINE = Body(
    {"skills": Items(Text(LONGEST_SKILL * 4), MOST_SKILLS * 2, "Their names, all of them.")},
    required=["skills"],
)
WORD = Body({"why": Text(LONGEST_PRAISE * 4, summary="A word of why.")}, required=["why"])
NO_SKILL = {404: "No such person, or not a skill of theirs."}


@call(
    "GET",
    "/skills",
    "Find skills of the vocabulary",
    answer="[SkillWord]",
    paged=True,
    query={"query": Text(LONGEST_SKILL, summary="A part of the name, in any spelling.")},
)
def list_skills(
    viewer: Person, *, query: str = "", cursor: str | None, limit: int
) -> dict[str, Any]:
    """By name. Merged words stand among the `aliases` of what they mean now. Guests get none."""
    if is_guest(viewer):
        return listing(Page([], None), dict)
    page = queries.vocabulary(text=query, cursor=cursor, limit=limit)
    return listing(page, lambda each: _word(each.skill, each.aliases))


@call(
    "GET",
    "/users/{user_id}/skills",
    "List somebody's skills",
    answer="[UserSkill]",
    refusals={404: "No such person."},
)
def list_user_skills(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """The most endorsed first. `count` leaves out those who have left, `endorsements` don't."""
    person = find(Person, user_id, viewer)
    return listing(Page(queries.skills_of(viewer, person), None), _document)


@call("PUT", "/me/skills", "Say which skills one has", answer="[UserSkill]", body=MINE)
def put_my_skills(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't sent is removed, with what colleagues said for it; new words join all others."""
    actions.set_skills(viewer, viewer, given["skills"])
    return listing(Page(queries.skills_of(viewer, viewer), None), _document)


@call(
    "PUT",
    "/users/{user_id}/skills/{skill_id}/endorsement",
    "Vouch for somebody's skill",
    answer="[UserSkill]",
    body=WORD,
    refusals={403: "One's own skill, or somebody who can't be reached.", **NO_SKILL},
)
def put_endorsement(
    viewer: Person, *, user_id: int, skill_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Once each; said again, the new word stands. Answers all of their skills."""
    person = find(Person, user_id, viewer)
    actions.endorse(viewer, person, queries.skill_of(skill_id), given["why"])
    return listing(Page(queries.skills_of(viewer, person), None), _document)


@call(
    "DELETE",
    "/users/{user_id}/skills/{skill_id}/endorsement",
    "Take one's word back",
    refusals=NO_SKILL,
)
def delete_endorsement(viewer: Person, *, user_id: int, skill_id: int) -> None:
    """Where there is none it stays so."""
    person = find(Person, user_id, viewer)
    actions.withdraw_endorsement(viewer, person, queries.skill_of(skill_id))


def _word(skill: Skill, aliases: Any) -> dict[str, Any]:
    return {
        "id": skill.id,
        "name": skill.name,
        "people": skill.people_count,
        "aliases": list(aliases),
    }


def _document(skill: ShownSkill) -> dict[str, Any]:
    return {
        "id": skill.id,
        "name": skill.name,
        "count": skill.count,
        "endorsements": [
            {
                "user": documents.person_document(vouch.endorser),
                "why": vouch.praise,
                "at": rfc3339(vouch.at),
            }
            for vouch in skill.vouches
        ],
    }
