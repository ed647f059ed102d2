"""Reporting something: a page of its own, which scripts show as a dialog."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.models import Channel
from enterprise_social.core import limits
from enterprise_social.core.access import find
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.web import local_path
from enterprise_social.feed.queries.cards import Card, cards_by_id
from enterprise_social.files.models import File
from enterprise_social.moderation import settings, wording
from enterprise_social.moderation.actions.reports import MODELS, report
from enterprise_social.moderation.queries.targets import target_of
from enterprise_social.moderation.views.place import blueprint
from enterprise_social.people.models import Person


@blueprint.get("/report/<kind>/<int:target_id>")
def ask(kind: str, target_id: int) -> ResponseReturnValue:
    """Ask why."""
    return _page(kind, target_id, {}, 200)


@blueprint.post("/report/<kind>/<int:target_id>")
@limits.limiter.limit(limits.SIGN_INS)
def send(kind: str, target_id: int) -> ResponseReturnValue:
    """Report it, and lead back to where it was seen."""
    viewer = identity.signed_in()
    reason, note = request.form.get("reason", ""), request.form.get("note", "")
    try:
        _made, new = report(viewer, kind, target_id, reason, note)
    except Invalid as error:
        return _page(kind, target_id, error.errors, 422)
    except Conflict as error:
        return _page(kind, target_id, {"reason": [error.detail]}, 409)
    thanks = _("Thank you. Moderators look at it, and you hear what came of it.")
    flash(thanks if new else _("You have reported this already. You hear what comes of it."))
    return redirect("/moderation", 303)


def _page(
    kind: str, target_id: int, errors: dict[str, list[str]], status: int
) -> ResponseReturnValue:
    viewer = identity.signed_in()
    if kind not in MODELS:
        raise NotFound()
    found = find(MODELS[kind], target_id, viewer)
    target = target_of(kind, target_id, viewer.id)
    channel = found if isinstance(found, Channel) else _channel(target.channel_id)
    page = render_template(
        "moderation/report.html",
        page_title=_("Report this %(thing)s", thing=wording.target_names()[kind]),
        kind=kind,
        target_id=target_id,
        own=target.author_id == viewer.id,
        post=_card(target.post_id) if kind == "post" else None,
        file=found if isinstance(found, File) else None,
        person=found if isinstance(found, Person) else None,
        channel=channel,
        private=channel is not None and channel.kind == "direct",
        reasons=settings.reasons(),
        form=request.form,
        errors=errors,
        back=local_path(request.values.get("next")) or "/",
    )
    return page, status


def _channel(channel_id: int | None) -> Channel | None:
    return db.session.get(Channel, channel_id) if channel_id is not None else None


def _card(post_id: int | None) -> Card | None:
    return cards_by_id([post_id]).get(post_id) if post_id is not None else None
