"""Retention: how long things are kept, with what a change would remove shown before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.channels.models import Channel
from enterprise_social.core import settings
from enterprise_social.core.access import require
from enterprise_social.core.clock import now
from enterprise_social.core.daily import next_time
from enterprise_social.core.errors import Invalid
from enterprise_social.core.limits import limiter
from enterprise_social.people.models import Person
from enterprise_social.records.actions import retention as actions
from enterprise_social.records.policy.keeping import may_set_retention
from enterprise_social.records.queries import retention as queries
from enterprise_social.records.queries.holds import active_holds
from enterprise_social.records.settings import DELETED_DAYS, RETENTION_DAYS, days
from enterprise_social.records.views.places import Errors, named_channel

blueprint = Blueprint("retention", __name__, url_prefix="/admin/retention")
HERE = "/admin/retention"


@blueprint.get("")
def index() -> str:
    """Show the periods, the rules of channels, and what the last runs did."""
    return _page(_admin())


@blueprint.get("/preview")
@limiter.limit("120/hour")
def preview() -> str | tuple[str, int]:
    """Show what a change would remove, with the button that makes it."""
    viewer, given = _admin(), request.args
    errors: Errors = {}
    wanted, channel = _read(given, errors)
    if errors:
        return _page(viewer, given, errors), 422
    scope = "channel" if channel is not None else "defaults"
    said = wanted["days"]
    return render_template(
        "records/retention_preview.html",
        scope=scope,
        channel=channel,
        days=said,
        deleted_days=wanted["deleted_days"],
        found=queries.preview(said, channel.id if channel else None),
        deleted=queries.deleted_count(wanted["deleted_days"]) if channel is None else 0,
        next_run=next_time(now()),
    )


@blueprint.post("/defaults")
def set_defaults() -> Response | tuple[str, int]:
    """Set how long posts are kept where their channel has no rule."""
    viewer, form = _admin(), request.form
    try:
        _require_confirmed(form)
        actions.set_defaults(viewer, form.get("days", ""), form.get("deleted_days", ""))
    except Invalid as error:
        return _page(viewer, form, _by_field(error.errors)), 422
    flash(_("Saved. It is in force with the next run."))
    return redirect(HERE, 303)


@blueprint.post("/rules")
def set_rule() -> Response | tuple[str, int]:
    """Give a channel a rule of its own."""
    viewer, form = _admin(), request.form
    errors: Errors = {}
    channel = named_channel(form.get("channel", ""), "channel", errors)
    try:
        _require_confirmed(form)
        if channel is None:
            raise Invalid(errors=errors or {"channel": [_("Name a channel.")]})
        actions.set_rule(viewer, channel, form.get("days", ""))
    except Invalid as error:
        return _page(viewer, form, _of_rule(error.errors)), 422
    flash(_("Saved. It is in force with the next run."))
    return redirect(HERE, 303)


@blueprint.post("/rules/<int:channel_id>/removal")
def clear_rule(channel_id: int) -> Response:
    """Let a channel follow the default again."""
    actions.clear_rule(_admin(), channel_id)
    flash(_("The channel follows the default from the next run on."))
    return redirect(HERE, 303)


def _admin() -> Person:
    viewer = identity.signed_in()
    require(may_set_retention(viewer), _("Only admins say how long things are kept."))
    return viewer


def _read(given: Mapping[str, str], errors: Errors) -> tuple[dict[str, int | None], Channel | None]:
    """Return the periods that are asked for, and the channel where it is about one."""
    of_channel = given.get("scope") == "channel"
    channel = named_channel(given.get("channel", ""), "channel", errors) if of_channel else None
    if of_channel and channel is None and "channel" not in errors:
        errors["channel"] = [_("Name a channel.")]
    wanted: dict[str, int | None] = {"days": None, "deleted_days": None}
    for name in wanted:
        try:
            wanted[name] = days(given.get(name, ""))
        except ValueError as error:
            errors[f"rule_{name}" if of_channel else name] = [str(error)]
    if not of_channel and wanted["deleted_days"] is None and "deleted_days" not in errors:
        errors["deleted_days"] = [_("Deleted posts can't be kept for ever.")]
    return wanted, channel


def _require_confirmed(form: Mapping[str, str]) -> None:
    if form.get("confirmed") != "1":
        raise Invalid(errors={"days": [_("Look at what would go first.")]})


def _by_field(errors: Mapping[str, Any]) -> dict[str, list[str]]:
    names = {RETENTION_DAYS: "days", DELETED_DAYS: "deleted_days"}
    return {names.get(name, name): words for name, words in errors.items()}


def _of_rule(errors: Mapping[str, Any]) -> dict[str, list[str]]:
    return {{"days": "rule_days"}.get(name, name): words for name, words in errors.items()}


def _page(
    viewer: Person,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, list[str]] | None = None,
) -> str:
    kept = {"days": settings.get(RETENTION_DAYS), "deleted_days": settings.get(DELETED_DAYS)}
    of_rule = given is not None and ("channel" in given or given.get("scope") == "channel")
    return render_template(
        "records/retention.html",
        given=given if given is not None and not of_rule else kept,
        rule=given if given is not None and of_rule else {},
        errors=errors or {},
        rules=queries.own_rules(viewer),
        runs=queries.last_runs(),
        holds=len(active_holds()),
        next_run=next_time(now()),
    )
