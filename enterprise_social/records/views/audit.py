"""The audit log: read, filtered, checked, taken out; and where its head goes every day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, stream_with_context
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.channels.models import Channel
from enterprise_social.core import settings
from enterprise_social.core.access import require, visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.limits import limiter
from enterprise_social.people.models import Person
from enterprise_social.records import audit_documents
from enterprise_social.records.actions import audit as actions
from enterprise_social.records.audit_words import areas, sentence
from enterprise_social.records.giving_heads import written
from enterprise_social.records.policy import audit as policy
from enterprise_social.records.queries import audit as queries
from enterprise_social.records.queries.audit import Asked
from enterprise_social.records.settings import HEAD_MAILS, HEAD_WEBHOOK
from enterprise_social.records.views.places import midnight, person_called

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")
HERE = "/admin/audit"
FILTERS = ("who", "area", "target", "since", "until")
LONGEST = 120


@blueprint.get("")
def index() -> str:
    """Show the newest entries that are asked for."""
    return _page(_reader())


@blueprint.get("/entries.csv")
@limiter.limit("20/hour")
def export_csv() -> Response:
    """Send the entries for spreadsheets."""
    return _export("csv")


@blueprint.get("/entries.jsonl")
@limiter.limit("20/hour")
def export_json_lines() -> Response:
    """Send the entries for programs, with all that their hashes are taken over."""
    return _export("jsonl")


@blueprint.post("/checks")
def check() -> Response:
    """Have the worker check the log."""
    actions.ask_check(_reader())
    return redirect(HERE, 303)


@blueprint.post("/ways")
def set_ways() -> Response | str | tuple[str, int]:
    """Say where the head goes every day; a new web address gets a secret, shown this once."""
    viewer = _reader()
    require(policy.may_set_up(viewer), _("Only admins say where the head goes."))
    identity.require_fresh()
    form = request.form
    try:
        secret = actions.set_head_ways(viewer, form.get("mails", ""), form.get("webhook", ""))
    except Invalid as error:
        return _page(viewer, given=form, errors=error.errors), 422
    if secret:
        return _page(viewer, secret=secret)
    flash(_("Saved. The head goes there from the next day on."))
    return redirect(HERE, 303)


def _reader() -> Person:
    viewer = identity.signed_in()
    require(policy.may_read(viewer), _("You may not read the audit log."))
    return viewer


def _export(form: str) -> Response:
    viewer = _reader()
    asked, errors = _asked(viewer)
    if errors:
        raise Invalid(errors=errors)
    given = {name: request.args.get(name, "")[:LONGEST] for name in FILTERS}
    actions.note_export(viewer, form, given)
    make, kind = (
        (audit_documents.as_csv, "text/csv")
        if form == "csv"
        else (audit_documents.as_json_lines, "application/x-ndjson")
    )
    answer = Response(stream_with_context(make(viewer, asked)), mimetype=kind)
    name = f"audit-{now():%Y-%m-%d}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _asked(viewer: Person) -> tuple[Asked, dict[str, list[str]]]:
    """Return which entries the address asks for, and what of it can't be understood."""
    given = {name: request.args.get(name, "").strip()[:LONGEST] for name in FILTERS}
    errors: dict[str, list[str]] = {}
    actor = person_called(given["who"]) if given["who"] else None
    if given["who"] and actor is None:
        errors["who"] = [_("Nobody here has this username or e-mail address.")]
    moments: dict[str, datetime | None] = {}
    for name, later in (("since", 0), ("until", 1)):
        try:
            moments[name] = midnight(viewer, given[name], later)
        except (ValueError, OverflowError):
            errors[name] = [_("A day, such as 2027-01-31.")]
            moments[name] = None
    asked = Asked(
        actor_id=actor.id if actor else None,
        area=given["area"],
        target=_target(viewer, given["target"]),
        since=moments["since"],
        until=moments["until"],
    )
    return asked, errors


def _target(viewer: Person, text: str) -> str:
    """Return a target as the log names it: @name and #channel are looked up."""
    if text.startswith("@"):
        person = person_called(text)
        return f"person:{person.id}" if person else text
    if text.startswith("#"):
        named = (Channel.slug == text[1:]) | (Channel.name == text[1:])
        statement = select(Channel.id).where(named, visible(Channel, viewer)).limit(1)
        found = db.session.scalars(statement).one_or_none()
        return f"channel:{found}" if found else text
    return text


def _page(
    viewer: Person,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, list[str]] | None = None,
    secret: str = "",
) -> str:
    asked, problems = _asked(viewer)
    page = queries.page(asked, cursor=request.args.get("cursor"))
    names = queries.names_of(page.items, viewer)
    filters = {name: request.args.get(name, "").strip()[:LONGEST] for name in FILTERS}
    known: dict[str, Any] = {
        "mails": "\n".join(settings.get(HEAD_MAILS)),
        "webhook": settings.get(HEAD_WEBHOOK),
    }
    return render_template(
        "records/audit.html",
        entries=[(entry, sentence(entry, names)) for entry in page.items],
        next=page.next_cursor,
        first="cursor" not in request.args,
        filters=filters,
        chosen={name: value for name, value in filters.items() if value},
        problems=problems,
        areas=areas(),
        check=queries.last_check(),
        heads=queries.given_heads(),
        written=written,
        may_set_up=policy.may_set_up(viewer),
        ways=given if given is not None else known,
        errors=errors or {},
        secret=secret,
    )
