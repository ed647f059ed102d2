"""The pages of groups: the list, a group with its people, and the forms that make and keep it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.access import find, find_where, require
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.people import rules
from enterprise_social.people.actions.groups import (
    create_group,
    put_group_member,
    remove_group_member,
    set_group_archived,
    update_group,
)
from enterprise_social.people.models import Group, Person
from enterprise_social.people.policy import groups as policy
from enterprise_social.people.queries import groups as queries
from enterprise_social.people.rules import KnownNames
from enterprise_social.people.views.rule_forms import given_rule, preview_of, rule_form

blueprint = Blueprint("groups", __name__, url_prefix="/people/groups")
SHOWN = ("all", "mine", "archived")


@blueprint.get("")
def index() -> str:
    """List the groups."""
    viewer = identity.signed_in()
    text = request.args.get("q", "").strip()[:100]
    show = request.args.get("show", "all")
    show = show if show in SHOWN else "all"
    page = queries.groups(viewer, text=text, show=show, cursor=request.args.get("cursor"))
    return render_template(
        "people/groups/index.html",
        groups=page.items,
        next=page.next_cursor,
        q=text,
        show=show,
        may_create=policy.may_create(viewer),
    )


@blueprint.get("/new")
def new() -> str:
    """Show the form of a new group."""
    viewer = identity.signed_in()
    require(policy.may_create(viewer), _("Managers and admins make groups."))
    return _form(None, {"kind": request.args.get("kind", "hand"), "callers": "everyone"})


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Make a group."""
    actor = identity.signed_in()
    require(policy.may_create(actor), _("Managers and admins make groups."))
    given = _given()
    if request.form.get("do"):
        return _form(None, given)
    try:
        group = create_group(
            actor,
            given["name"],
            handle=given["handle"],
            purpose=given["purpose"],
            kind=given["kind"],
            rule=given_rule(request.form) if given["kind"] == "rule" else "",
            callers=given["callers"],
        )
    except Invalid as error:
        return _form(None, given, error.errors), error.status
    return redirect(f"/people/groups/{group.slug}", 303)


@blueprint.get("/preview")
@limits.limiter.limit(limits.READS)
def preview() -> str:
    """Show whom the rule of a form would take in."""
    viewer = identity.signed_in()
    require(policy.may_create(viewer), _("Managers and admins make groups."))
    return render_template("people/groups/_preview.html", **preview_of(request.args))


@blueprint.get("/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show a group and who is in it."""
    viewer = identity.signed_in()
    return _page(viewer, _named(slug, viewer))


@blueprint.get("/<slug>/edit")
def edit(slug: str) -> str:
    """Show the form of a group."""
    viewer = identity.signed_in()
    group = _named(slug, viewer)
    _require_manager(viewer, group)
    return _form(group, {name: getattr(group, name) for name in ("name", "purpose", "callers")})


@blueprint.post("/<slug>")
def save(slug: str) -> ResponseReturnValue:
    """Save a group's name, purpose, callers and rule."""
    actor = identity.signed_in()
    group = _named(slug, actor)
    _require_manager(actor, group)
    given = _given()
    if request.form.get("do"):
        return _form(group, given)
    try:
        update_group(
            actor,
            group,
            name=given["name"],
            purpose=given["purpose"],
            callers=given["callers"],
            rule=given_rule(request.form) if group.kind == "rule" else None,
        )
    except Invalid as error:
        return _form(group, given, error.errors), error.status
    return redirect(f"/people/groups/{group.slug}", 303)


@blueprint.post("/<slug>/members")
def add(slug: str) -> ResponseReturnValue:
    """Take somebody into a group by username or e-mail."""
    actor = identity.signed_in()
    group = _named(slug, actor)
    named = request.form.get("who", "").strip().lstrip("@").casefold()
    try:
        person = find_where(Person, (Person.username == named) | (Person.email == named), actor)
        put_group_member(actor, group, person)
    except NotFound:
        unknown = {"who": [_("Nobody here has this username or e-mail address.")]}
        return _page(actor, group, unknown, 422)
    except AppError as error:
        return _page(actor, group, {"who": [error.detail]}, error.status)
    return redirect(f"/people/groups/{group.slug}", 303)


@blueprint.post("/<slug>/members/<int:person_id>")
def member(slug: str, person_id: int) -> ResponseReturnValue:
    """Give somebody another role in a group, or take them out."""
    actor = identity.signed_in()
    group = _named(slug, actor)
    person = find(Person, person_id, actor)
    role = request.form.get("role", "")
    if role == "removed":
        remove_group_member(actor, group, person)
    else:
        put_group_member(actor, group, person, role)
    return redirect(f"/people/groups/{group.slug}", 303)


@blueprint.post("/<slug>/archive")
def archive(slug: str) -> ResponseReturnValue:
    """Archive a group, or bring it back."""
    actor = identity.signed_in()
    group = _named(slug, actor)
    set_group_archived(actor, group, request.form.get("archived") == "1")
    return redirect(f"/people/groups/{group.slug}", 303)


def _named(slug: str, viewer: Person) -> Group:
    return find_where(Group, Group.slug == slug.casefold(), viewer)


def _require_manager(viewer: Person, group: Group) -> None:
    allowed = policy.may_manage(viewer, group, queries.role_in(group.id, viewer.id))
    require(allowed, _("Only those who look after it may do this."))


def _page(
    viewer: Person, group: Group, errors: dict[str, list[str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    text = request.args.get("q", "").strip()[:100]
    names = KnownNames()
    role = queries.role_in(group.id, viewer.id)
    page = render_template(
        "people/groups/show.html",
        page_title=group.name,
        group=group,
        role=role,
        may_manage=policy.may_manage(viewer, group, role),
        may_call=policy.may_call(viewer, group.callers, role),
        members=queries.members(group.id, viewer, text=text, cursor=request.args.get("cursor")),
        rule_words=rules.in_words(group.rule, names) if group.rule else "",
        rule_holds=not group.rule or rules.is_usable(group.rule, names),
        q=text,
        errors=errors or {},
    )
    return page, status


def _given() -> dict[str, str]:
    fields = ("name", "handle", "purpose", "kind", "callers")
    return {name: request.form.get(name, "").strip() for name in fields}


def _form(
    group: Group | None, given: dict[str, Any], errors: dict[str, list[str]] | None = None
) -> str:
    return render_template(
        "people/groups/edit.html",
        page_title=_("Edit group") if group else _("New group"),
        group=group,
        form=given,
        kind=group.kind if group else given["kind"],
        rule=rule_form(request.form, group),
        errors=errors or {},
    )
