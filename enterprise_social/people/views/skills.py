"""Skills: one's own among the settings, and what colleagues say for somebody's."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.core.access import find
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.core.limits import WRITES, limiter
from enterprise_social.people.actions import skills as actions
from enterprise_social.people.models import Person
from enterprise_social.people.models.skills import LONGEST_PRAISE, LONGEST_SKILL, MOST_SKILLS
from enterprise_social.people.policy.skills import may_endorse
from enterprise_social.people.queries.presence import block_between
from enterprise_social.people.queries.skills import ShownSkill, skill_key, skill_of, skills_of
from enterprise_social.people.views.editing import blueprint as settings
from enterprise_social.people.views.people import blueprint, named

LONGEST_LIST = 4_000  # characters typed at once


@settings.get("/skills")
def edit_skills() -> str:
    """Show one's skills, to add some and to take some away."""
    return _settings_page(identity.signed_in(), "", {})


@settings.post("/skills")
@limiter.limit(WRITES)
def update_skills() -> ResponseReturnValue:
    """Add the skills that were typed, by commas, or take one away."""
    actor = identity.signed_in()
    names = [skill.name for skill in skills_of(actor, actor)]
    typed = request.form.get("skill", "")[:LONGEST_LIST]
    drop = skill_key(request.form.get("drop", ""))
    if drop:
        names = [name for name in names if skill_key(name) != drop]
        typed = ""
    try:
        actions.set_skills(actor, actor, [*names, *typed.split(",")])
    except Invalid as error:
        return _settings_page(actor, typed, error.errors), 422
    return redirect("/settings/skills", 303)


def _settings_page(person: Person, typed: str, errors: dict[str, list[str]]) -> str:
    return render_template(
        "settings/skills.html",
        skills=skills_of(person, person),
        typed=typed,
        errors=errors,
        most=MOST_SKILLS,
        longest=LONGEST_SKILL,
    )


@blueprint.get("/<username>/skills/<int:skill_id>")
def show_skill(username: str, skill_id: int) -> str:
    """Show all that colleagues say for somebody's skill."""
    return _skill_page(named(username), skill_id, "", {})


@blueprint.post("/<username>/skills/<int:skill_id>")
@limiter.limit(WRITES)
def endorse(username: str, skill_id: int) -> ResponseReturnValue:
    """Vouch for somebody's skill, or take one's word back, or away from one's own profile."""
    actor = identity.signed_in()
    person = named(username)
    skill = skill_of(skill_id)
    form = request.form
    try:
        if "withdrawn" in form:
            actions.withdraw_endorsement(actor, person, skill)
        elif "by" in form:
            by = find(Person, form.get("by", 0, type=int), actor)
            actions.remove_endorsement(actor, person, skill, by)
        else:
            actions.endorse(actor, person, skill, form.get("why", ""))
    except NotFound:
        raise
    except AppError as error:
        errors = error.errors if isinstance(error, Invalid) else {"why": [error.detail]}
        return _skill_page(person, skill_id, form.get("why", ""), errors), error.status
    return redirect(f"/people/{person.username}#skill-{skill_id}", 303)


def _skill_page(person: Person, skill_id: int, why: str, errors: dict[str, list[str]]) -> str:
    viewer = identity.signed_in()
    found = next((each for each in skills_of(viewer, person) if each.id == skill_id), None)
    if found is None:
        raise NotFound()
    facts = endorsing(viewer, person, [found])
    return render_template(
        "people/skill.html", person=person, skill=found, why=why, errors=errors, **facts
    )


def endorsing(viewer: Person, person: Person, skills: list[ShownSkill]) -> dict[str, Any]:
    """Return what the skills of a profile need besides themselves."""
    return {
        "skills": skills,
        "may_endorse": bool(skills)
        and may_endorse(viewer, person)
        and not block_between(viewer.id, person.id),
        "longest_praise": LONGEST_PRAISE,
    }
