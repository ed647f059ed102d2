"""One's own data: ask for it, and fetch it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.access import find
from enterprise_social.core.errors import Conflict, NotFound
from enterprise_social.people.models import Person
from enterprise_social.records.actions import exports as actions
from enterprise_social.records.models import DataExport
from enterprise_social.records.queries import exports as queries
from enterprise_social.records.views.archives import send_archive

blueprint = Blueprint("own_data", __name__, url_prefix="/settings/data")
PAGE = "/settings/data"


@blueprint.get("")
def index() -> str:
    """Show what was asked for, and how far it is."""
    found = queries.own_exports(identity.signed_in())
    return render_template("records/own_data.html", exports=found)


@blueprint.post("")
@limits.limiter.limit("20/hour")
def create() -> Response:
    """Ask for one's data."""
    try:
        actions.ask_for_own_data(identity.signed_in())
        flash(_("Your data is being gathered. You get a mail when it is ready."))
    except Conflict as error:
        flash(error.detail)
    return redirect(PAGE, 303)


@blueprint.get("/<int:export_id>/progress")
def progress(export_id: int) -> str:
    """How far the worker is, alone."""
    export = _mine(export_id, identity.signed_in())
    return render_template("records/exports/_progress.html", export=export)


@blueprint.post("/<int:export_id>/archive")
def fetch(export_id: int) -> Response:
    """Hand the archive out."""
    viewer = identity.signed_in()
    identity.require_fresh()
    try:
        export = actions.note_download(viewer, _mine(export_id, viewer))
    except Conflict as error:
        flash(error.detail)
        return redirect(PAGE, 303)
    return send_archive(export, "your-data.zip")


@blueprint.post("/<int:export_id>/attempts")
def try_again(export_id: int) -> Response:
    """Have it made once more."""
    viewer = identity.signed_in()
    try:
        actions.try_again(viewer, _mine(export_id, viewer))
    except Conflict as error:
        flash(error.detail)
    return redirect(PAGE, 303)


def _mine(export_id: int, viewer: Person) -> DataExport:
    export = find(DataExport, export_id, viewer)
    if export.kind != "own":
        raise NotFound()
    return export
