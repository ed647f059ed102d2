"""Exports of others' data: the list, asking, deciding, following, fetching."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.language import zone_of
from enterprise_social.people.models import Person
from enterprise_social.people.usernames import username_key
from enterprise_social.records.actions import exports as actions
from enterprise_social.records.archives.scopes import Scope, scope_of
from enterprise_social.records.models import LONGEST_EXPORT_REASON, DataExport
from enterprise_social.records.policy import exports as policy
from enterprise_social.records.queries import exports as queries
from enterprise_social.records.views.archives import send_archive

blueprint = Blueprint("exports", __name__, url_prefix="/admin/exports")
LIST = "/admin/exports"
_WORDS = re.compile(r"[\s,;]+")


def _taking_part() -> Person:
    viewer = identity.signed_in()
    require(policy.may_ask(viewer), _("You may not take part in exports."))
    return viewer


@blueprint.get("")
def index() -> str:
    """Show the exports, the newest first."""
    viewer = _taking_part()
    page = queries.exports_page(viewer, request.args.get("cursor"))
    return render_template("records/exports/index.html", page=page, viewer_id=viewer.id)


@blueprint.get("/new")
def new() -> str:
    """Show the form."""
    _taking_part()
    return _form({"files": "1", "mail": "1"}, {})


@blueprint.post("")
@limits.limiter.limit("60/hour")
def create() -> Response | tuple[str, int]:
    """Ask for an export."""
    viewer = _taking_part()
    form = request.form
    try:
        scope = _scope(viewer, form)
        export = actions.ask_for_export(viewer, scope, form.get("reason", ""))
    except Invalid as error:
        return _form(form, error.errors), 422
    flash(_("Asked. Somebody else who may must agree to it within seven days."))
    return redirect(f"{LIST}/{export.id}", 303)


@blueprint.get("/<int:export_id>")
def show(export_id: int) -> str:
    """Show what an export takes in, how far it is and what can be done."""
    return _page(_one(export_id), {})


@blueprint.get("/<int:export_id>/progress")
def progress(export_id: int) -> str:
    """How far the worker is, alone: what a page asks again and again."""
    return render_template("records/exports/_progress.html", export=_one(export_id))


@blueprint.post("/<int:export_id>/approval")
def decide(export_id: int) -> Response | tuple[str, int]:
    """Agree to an export, or refuse it."""
    viewer = _taking_part()
    identity.require_fresh()
    export = _one(export_id)
    try:
        if request.form.get("approved") == "1":
            actions.approve_export(viewer, export)
        else:
            actions.refuse_export(viewer, export, request.form.get("reason", ""))
    except Invalid as error:
        return _page(export, error.errors), 422
    except Conflict as error:
        flash(error.detail)
    return redirect(f"{LIST}/{export_id}", 303)


@blueprint.post("/<int:export_id>/cancellation")
def cancel(export_id: int) -> Response:
    """Give an export up, or throw away what was made."""
    viewer = _taking_part()
    try:
        actions.cancel_export(viewer, _one(export_id))
    except Conflict as error:
        flash(error.detail)
    return redirect(f"{LIST}/{export_id}", 303)


@blueprint.post("/<int:export_id>/attempts")
def try_again(export_id: int) -> Response:
    """Have it made once more."""
    viewer = _taking_part()
    try:
        actions.try_again(viewer, _one(export_id))
    except Conflict as error:
        flash(error.detail)
    return redirect(f"{LIST}/{export_id}", 303)


@blueprint.post("/<int:export_id>/archive")
def fetch(export_id: int) -> Response:
    """Hand out the archive, to one of the two."""
    viewer = _taking_part()
    identity.require_fresh()
    export = actions.note_download(viewer, _one(export_id))
    return send_archive(export, f"export-{export.id}.zip")


def _one(export_id: int) -> DataExport:
    export = find(DataExport, export_id, _taking_part())
    require(export.kind == "compliance")
    return export


def _scope(viewer: Person, form: Any) -> Scope:
    errors: dict[str, list[str]] = {}
    usernames = [username_key(each.lstrip("@")) for each in _words(form.get("people", ""))]
    slugs = [each.lstrip("#") for each in _names(form.get("channels", ""))]
    people = queries.people_named(usernames)
    channels = queries.channels_named(slugs)
    _note_unknown(errors, "people", usernames, people)
    _note_unknown(errors, "channels", slugs, channels)
    since = _day(form.get("since", ""), viewer, "since", errors)
    until = _day(form.get("until", ""), viewer, "until", errors)
    if errors:
        raise Invalid(errors=errors)
    return Scope(
        people=frozenset(people.values()),
        channels=frozenset(channels.values()),
        since=since,
        # The last day is taken in whole.
        until=None if until is None else until + timedelta(days=1),
        files=form.get("files") == "1",
        mail=form.get("mail") == "1",
    )


def _words(text: str) -> list[str]:
    return [each for each in _WORDS.split(text) if each]


def _names(text: str) -> list[str]:
    return [each.strip() for each in re.split(r"[,;\n]+", text) if each.strip()]


def _note_unknown(
    errors: dict[str, list[str]], field: str, wanted: list[str], known: dict[str, int]
) -> None:
    missing = [each for each in wanted if each not in known]
    if missing:
        errors[field] = [_("Nobody and nothing is called %(names)s.", names=", ".join(missing[:5]))]


def _day(text: str, viewer: Person, field: str, errors: dict[str, list[str]]) -> datetime | None:
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - the zone follows
        return day.replace(tzinfo=zone_of(viewer.time_zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        errors[field] = [_("Write a day as 2026-01-31.")]
        return None


def _form(form: Any, errors: dict[str, list[str]]) -> str:
    return render_template(
        "records/exports/new.html", form=form, errors=errors, longest=LONGEST_EXPORT_REASON
    )


def _page(export: DataExport, errors: dict[str, list[str]]) -> str:
    viewer = identity.signed_in()
    people, channels = queries.scope_names(export)
    return render_template(
        "records/exports/show.html",
        line=queries.with_people([export])[0],
        export=export,
        scope=scope_of(export.scope),
        people=people,
        channels=channels,
        may_decide=export.state == "waiting" and policy.may_decide(viewer, export),
        may_fetch=policy.may_fetch(viewer, export),
        errors=errors,
        form=request.form if errors else {},
        longest=LONGEST_EXPORT_REASON,
    )
