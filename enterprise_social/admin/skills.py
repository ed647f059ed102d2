"""The vocabulary of skills: renamed, merged and removed by admins."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core.access import require
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.people import policy
from enterprise_social.people.actions import vocabulary as actions
from enterprise_social.people.models import Person
from enterprise_social.people.models.skills import LONGEST_SKILL
from enterprise_social.people.queries import skills as queries

blueprint = Blueprint("admin_skills", __name__, url_prefix="/admin/skills")


@blueprint.get("")
def index() -> str:
    """List the skills that people have or had."""
    _admin()
    text = request.args.get("q", "").strip()[:LONGEST_SKILL]
    page = queries.vocabulary(text=text, cursor=request.args.get("cursor"))
    return render_template(
        "admin/skills/index.html", listed=page.items, next=page.next_cursor, q=text
    )


@blueprint.get("/<int:skill_id>")
def edit(skill_id: int) -> str:
    """Show a skill with what can be done with it."""
    _admin()
    return _page(skill_id, {}, {})


@blueprint.post("/<int:skill_id>/name")
def rename(skill_id: int) -> Response | tuple[str, int]:
    """Give a skill another name."""
    actor = _admin()
    name = request.form.get("name", "")
    try:
        skill = actions.rename_skill(actor, queries.skill_of(skill_id), name)
    except Invalid as error:
        texts = [text for each in error.errors.values() for text in each]
        return _page(skill_id, {"name": name}, {"name": texts}), 422
    except Conflict as error:
        return _page(skill_id, {"name": name}, {"name": [error.detail]}), 409
    flash(_("It is called %(name)s now.", name=skill.name))
    return redirect(f"/admin/skills/{skill.id}", 303)


@blueprint.post("/<int:skill_id>/merging")
def merge(skill_id: int) -> Response | tuple[str, int]:
    """Make a skill one with another."""
    actor = _admin()
    name = request.form.get("into", "")
    into = queries.skill_named(name)
    if into is None:
        words = _("There is no skill of this name.")
        return _page(skill_id, {"into": name}, {"into": [words]}), 422
    skill = queries.skill_of(skill_id)
    was = skill.name
    try:
        into = actions.merge_skills(actor, skill, into)
    except Conflict as error:
        return _page(skill_id, {"into": name}, {"into": [error.detail]}), 409
    flash(_("%(name)s is a spelling of %(into)s now.", name=was, into=into.name))
    return redirect(f"/admin/skills/{into.id}", 303)


@blueprint.post("/<int:skill_id>/removal")
def remove(skill_id: int) -> Response:
    """Take a skill off every profile."""
    actor = _admin()
    skill = queries.skill_of(skill_id)
    name = skill.name
    actions.remove_skill(actor, skill)
    flash(_("%(name)s is removed.", name=name))
    return redirect("/admin/skills", 303)


def _page(skill_id: int, form: dict[str, str], errors: dict[str, list[str]]) -> str:
    skill = queries.skill_of(skill_id)
    return render_template(
        "admin/skills/edit.html",
        skill=skill,
        aliases=queries.spellings_of(skill.id),
        form={"name": skill.name, "into": "", **form},
        errors=errors,
        longest=LONGEST_SKILL,
    )


def _admin() -> Person:
    viewer = identity.signed_in()
    require(policy.is_admin(viewer), _("Only an admin may change the vocabulary of skills."))
    return viewer
