"""Which fields profiles have: the organisation's own, and which built-in ones are shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core.access import require
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.people.actions import fields as actions
from enterprise_social.people.built_in import MAY_BE_HIDDEN
from enterprise_social.people.models import Person, ProfileField
from enterprise_social.people.models.fields import MOST_FIELDS
from enterprise_social.people.policy.fields import may_define
from enterprise_social.people.queries import fields as queries
from enterprise_social.people.queries.field_use import groups_standing_on, operand

blueprint = Blueprint("admin_fields", __name__, url_prefix="/admin/fields")
LIST = "/admin/fields"
KINDS = {
    "text": lazy_gettext("Text, one line"),
    "long": lazy_gettext("Long text"),
    "choice": lazy_gettext("Choice"),
    "date": lazy_gettext("Date"),
    "person": lazy_gettext("Person"),
    "link": lazy_gettext("Link"),
}
ICONS = {
    "text": "bold", "long": "file-text", "choice": "list", "date": "clock", "person": "user",
    "link": "link",
}  # fmt: skip
AUDIENCES = {
    "everyone": (lazy_gettext("Everyone"), lazy_gettext("Everybody who is signed in.")),
    "managers": (
        lazy_gettext("Their managers"),
        lazy_gettext("Everybody above them in the org chart, themselves and admins."),
    ),
    "self": (lazy_gettext("Themselves"), lazy_gettext("Only the person and admins.")),
}
EDITORS = {
    "person": (lazy_gettext("The person"), lazy_gettext("In their profile; admins too.")),
    "admins": (lazy_gettext("Admins"), lazy_gettext("The person only reads it.")),
    "directory": (
        lazy_gettext("The directory"),
        lazy_gettext("Only imports set it, nobody by hand."),
    ),
}


@blueprint.get("")
def index() -> str:
    """List the fields."""
    _admin()
    fields = queries.defined_fields()
    archived = queries.defined_fields(archived=True)
    return render_template(
        "admin/fields/index.html",
        fields=fields,
        archived=archived,
        filled=queries.numbers_filled(),
        built_in=MAY_BE_HIDDEN,
        hidden=queries.hidden_names(),
        full=len(fields) + len(archived) >= MOST_FIELDS,
        kinds=KINDS,
        icons=ICONS,
        audiences=AUDIENCES,
        editors=EDITORS,
    )


@blueprint.get("/new")
def new() -> str:
    """Show the form of a new field."""
    _admin()
    return _form(None, {"kind": "text", "audience": "everyone", "editor": "person"}, {})


@blueprint.post("")
def create() -> Response | tuple[str, int]:
    """Add a field."""
    actor = _admin()
    form = _given()
    try:
        field = actions.define_field(actor, **_parts(form), kind=form.get("kind", ""))
    except Invalid as error:
        return _form(None, form, error.errors), 422
    except Conflict as error:
        return _back(error.detail)
    return _back(_("Profiles have a new field: %(name)s.", name=field.name))


@blueprint.get("/<int:field_id>")
def edit(field_id: int) -> str:
    """Show the form of a field."""
    _admin()
    field = queries.field_of(field_id)
    stored = {part: getattr(field, part) for part in ("name", "hint", "audience", "editor")}
    required = "1" if field.required else ""
    return _form(field, {**stored, "choices": "\n".join(field.choices), "required": required}, {})


@blueprint.post("/<int:field_id>")
def change(field_id: int) -> Response | tuple[str, int]:
    """Change a field."""
    actor = _admin()
    field = queries.field_of(field_id)
    form = _given()
    narrower = field.audience == "everyone" != form["audience"]
    asked = _asked_first({operand(field)} if narrower else set())
    if asked:
        return asked
    try:
        actions.change_field(actor, field, wider=form.get("wider") == "1", **_parts(form))
    except Invalid as error:
        return _form(queries.field_of(field_id), form, error.errors), 422
    return _back(_("%(name)s is saved.", name=field.name))


@blueprint.post("/<int:field_id>/place")
def move(field_id: int) -> Response:
    """Move a field up or down."""
    actor = _admin()
    step = 1 if request.form.get("direction") == "down" else -1
    try:
        actions.move_field(actor, queries.field_of(field_id), step)
    except Conflict as error:
        return _back(error.detail)
    # Whoever goes on by keyboard goes on there.
    return redirect(f"{LIST}#field-{field_id}", 303)


@blueprint.post("/<int:field_id>/archive")
def archive(field_id: int) -> Response | tuple[str, int]:
    """Put a field away, or show it again."""
    actor = _admin()
    field = queries.field_of(field_id)
    archived = request.form.get("archived") == "1"
    asked = _asked_first({operand(field)} if archived else set())
    if asked:
        return asked
    done = _("%(name)s is no longer shown. What stands in it is kept.", name=field.name)
    if not archived:
        done = _("%(name)s is shown again.", name=field.name)
    return _try(lambda: actions.set_field_archived(actor, field, archived), done)


@blueprint.get("/<int:field_id>/delete")
def ask(field_id: int) -> str:
    """Say what goes with a field before it is deleted."""
    _admin()
    field = queries.field_of(field_id)
    return render_template(
        "admin/fields/delete.html",
        field=field,
        filled=queries.numbers_filled().get(field.id, 0),
        noted=queries.number_noted(field),
        groups=groups_standing_on({operand(field)}),
    )


@blueprint.post("/<int:field_id>/delete")
def delete(field_id: int) -> Response:
    """Delete a field with all that stands in it."""
    actor = _admin()
    field = queries.field_of(field_id)
    done = _("%(name)s is deleted, with all that stood in it.", name=field.name)
    return _try(lambda: actions.delete_field(actor, field), done)


@blueprint.post("/built-in")
def show_built_in() -> Response | tuple[str, int]:
    """Choose which built-in fields are shown."""
    actor = _admin()
    shown = set(request.form.getlist("shown"))
    hidden = set(MAY_BE_HIDDEN) - shown
    asked = _asked_first(hidden - queries.hidden_names())
    if asked:
        return asked
    return _try(lambda: actions.set_hidden(actor, hidden), _("The choice is saved."))


def _asked_first(names: Collection[str]) -> tuple[str, int] | None:
    """Return the page that asks whether groups that stand on these fields may be emptied."""
    groups = [] if request.form.get("sure") == "1" else groups_standing_on(names)
    if not groups:
        return None
    given = [each for each in request.form.items(multi=True) if each[0] != "csrf_token"]
    page = render_template("admin/fields/confirm.html", groups=groups, given=given)
    return page, 409


def _admin() -> Person:
    viewer = identity.signed_in()
    require(may_define(viewer), _("Only an admin may change which fields there are."))
    return viewer


def _given() -> dict[str, str]:
    names = ("name", "kind", "hint", "choices", "required", "audience", "editor", "wider")
    return {name: request.form.get(name, "") for name in names}


def _parts(form: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": form["name"],
        "hint": form["hint"],
        "choices": form["choices"].splitlines(),
        "required": form["required"] == "1",
        "audience": form["audience"],
        "editor": form["editor"],
    }


def _try(act: Callable[[], Any], done: str) -> Response:
    try:
        act()
    except (Conflict, Invalid) as error:
        return _back(error.detail)
    return _back(done)


def _back(text: str) -> Response:
    flash(text)
    return redirect(LIST, 303)


def _form(field: ProfileField | None, form: Mapping[str, str], errors: dict[str, list[str]]) -> str:
    used = queries.numbers_chosen(field) if field and field.kind == "choice" else {}
    return render_template(
        "admin/fields/edit.html",
        field=field,
        form=form,
        errors=errors,
        used=used,
        kinds=KINDS,
        audiences=AUDIENCES,
        editors=EDITORS,
    )
