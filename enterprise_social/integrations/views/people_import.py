"""Bringing people in by a CSV file: upload, look at what would come of it, confirm, follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, redirect, render_template, request, stream_with_context
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import Conflict, Invalid, TooLarge
from enterprise_social.core.spreadsheets import csv_parts
from enterprise_social.integrations import policy
from enterprise_social.integrations.actions import people_imports as actions
from enterprise_social.integrations.models import PeopleImport
from enterprise_social.integrations.people_csv import columns, reading
from enterprise_social.integrations.queries import people_imports as queries
from enterprise_social.people.models import Person
from enterprise_social.people.queries.fields import defined_fields

blueprint = Blueprint("people_import", __name__, url_prefix="/admin/people/import")
LIST = "/admin/people/import"
ENVELOPE = 128 * 1024  # what the form has beside its file


def _admin() -> Person:
    viewer = identity.signed_in()
    require(policy.may_import_people(viewer), _("Only admins may bring people in."))
    return viewer


def _largest() -> int:
    _admin()
    return reading.MOST_BYTES + ENVELOPE


@blueprint.get("")
def index() -> str:
    """Show the form for a file, and the lists that were given before."""
    return _index({})


@blueprint.post("")
@limits.limiter.limit("60/hour")
@identity.large_form(_largest)
def upload() -> Response | tuple[str, int]:
    """Take a file in; the worker reads it, and nothing is changed by that."""
    viewer = _admin()
    given = request.files.get("file")
    if given is None or not given.filename:
        return _index({"file": [_("Choose a CSV file.")]}), 422
    try:
        found = actions.begin_people_import(
            viewer, cast(BinaryIO, given.stream), given.filename, request.form
        )
    except TooLarge as error:
        return _index({"file": [error.detail]}), 413
    return redirect(f"{LIST}/{found.id}", 303)


@blueprint.get("/<int:import_id>")
def show(import_id: int) -> str:
    """Show what would come of a list, how far it is, or what came of it."""
    return _page(find(PeopleImport, import_id, _admin()), {})


@blueprint.get("/<int:import_id>/progress")
def progress(import_id: int) -> str:
    """How far the worker is, alone: what a page asks again and again."""
    found = find(PeopleImport, import_id, _admin())
    return render_template("integrations/_progress.html", found=found)


@blueprint.post("/<int:import_id>/columns")
@limits.limiter.limit("200/hour")
def choose_columns(import_id: int) -> Response:
    """Have the file read again with other columns, or in another encoding."""
    viewer = _admin()
    found = find(PeopleImport, import_id, viewer)
    chosen = {
        name.removeprefix("column-"): target
        for name, target in request.form.items()
        if name.startswith("column-") and target
    }
    try:
        actions.read_again(viewer, found, chosen, request.form)
    except Conflict as error:
        flash(error.detail)
    return redirect(f"{LIST}/{import_id}", 303)


@blueprint.post("/<int:import_id>/confirmation")
def confirm(import_id: int) -> Response | tuple[str, int]:
    """Have a list carried out as it was shown."""
    viewer = _admin()
    found = find(PeopleImport, import_id, viewer)
    identity.require_fresh()  # it may give people rights and other mailboxes
    form = request.form
    try:
        actions.confirm_people_import(
            viewer,
            found,
            form.get("turn", -1, type=int),
            invites=form.get("invites") == "1",
            deactivates=form.get("deactivates") == "1",
            missing=form.get("missing", type=int),
        )
    except Invalid as error:
        return _page(found, error.errors), 422
    except Conflict as error:
        flash(error.detail)
    return redirect(f"{LIST}/{import_id}", 303)


@blueprint.post("/<int:import_id>/cancellation")
def cancel(import_id: int) -> Response:
    """Give a list up, or stop it."""
    viewer = _admin()
    try:
        actions.cancel_people_import(viewer, find(PeopleImport, import_id, viewer))
    except Conflict as error:
        flash(error.detail)
    return redirect(f"{LIST}/{import_id}", 303)


@blueprint.get("/<int:import_id>/problems.csv")
def problems(import_id: int) -> Response:
    """Give all that was refused, a row a problem, for whoever mends the list."""
    found = find(PeopleImport, import_id, _admin())
    labels = columns.labels(_own_fields())

    def rows() -> Iterator[list[str]]:
        yield [_("Line"), _("Name"), _("E-mail"), _("Column"), _("Problem")]
        for line in queries.problem_lines(found):
            for target, reason in line.problems:
                label = labels.get(target, "")
                yield [str(line.line or ""), line.name, line.email, label, reason]

    answer = Response(stream_with_context(csv_parts(rows())), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="problems-{found.id}.csv"'
    return answer


def _own_fields() -> dict[str, str]:
    return {field.key: field.name for field in defined_fields()}


def _index(errors: dict[str, list[str]]) -> str:
    viewer = _admin()
    return render_template(
        "integrations/people_import.html",
        imports=queries.recent_imports(viewer),
        encodings=reading.ENCODINGS,
        most_people=format_decimal(reading.MOST_PEOPLE),
        most_megabytes=reading.MOST_BYTES // 2**20,
        errors=errors,
    )


def _page(found: PeopleImport, errors: dict[str, list[str]]) -> str:
    counts = queries.counts_of(found)
    show = request.args.get("show", "")
    if show not in queries.SHOWN:
        show = next((each for each in _order(found) if counts[each]), "create")
    page = queries.lines_page(found, show, request.args.get("cursor"))
    labels = columns.labels(_own_fields())
    facts: dict[str, Any] = {"form": request.form if errors else {}}
    return render_template(
        "integrations/people_import_one.html",
        found=found,
        report=found.report,
        counts=counts,
        missing=queries.missing_count(found),
        lines=page.items,
        next=page.next_cursor,
        show=show,
        labels=labels,
        encodings=reading.ENCODINGS,
        errors=errors,
        **facts,
    )


def _order(found: PeopleImport) -> tuple[str, ...]:
    """What is shown first: problems while there is something to mend, results afterwards."""
    if found.confirmed_at is not None:
        return ("failed", "create", "change", "reactivate", "refused")
    return ("refused", "create", "change", "reactivate", "unchanged")
