"""What admins set for all channels."""

from __future__ import annotations

import re

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select

from enterprise_social.accounts import identity
from enterprise_social.admin.actions import branding
from enterprise_social.channels import defaults
from enterprise_social.channels.models import Channel
from enterprise_social.core import settings
from enterprise_social.core.access import require, visible
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.limits import WRITES, limiter
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin

blueprint = Blueprint("channel_defaults", __name__, url_prefix="/admin/channels")
HERE = "/admin/channels"
KINDS = {
    "public": lazy_gettext("Public channels"),
    "private": lazy_gettext("Private channels"),
    "announcement": lazy_gettext("Announcement channels"),
}
LEVELS = {
    "everyone": lazy_gettext("Everyone but guests"),
    "managers": lazy_gettext("Managers and admins"),
    "admins": lazy_gettext("Admins"),
}


@blueprint.get("")
def show() -> str:
    """Show who makes channels, and which ones newcomers are in at once."""
    _admin()
    return _page()


@blueprint.post("")
@limiter.limit(WRITES)
def save() -> ResponseReturnValue:
    """Change both."""
    admin = _admin()
    form = request.form
    try:
        given = {
            defaults.CREATORS: {kind: form.get(f"creators_{kind}", "") for kind in KINDS},
            defaults.FOR_NEWCOMERS: _channel_ids(admin, form.get("newcomers", "")),
        }
        branding.set_organisation(admin, given)
    except Invalid as error:
        return _page(form.get("newcomers", ""), error.errors), 422
    flash(_("Saved. It holds from now on; who is here already stays where they are."))
    return redirect(HERE, 303)


def _channel_ids(admin: Person, text: str) -> list[int]:
    """Return the ids of the channels of these names. Raises Invalid where there is no such one."""
    slugs = [each.lower() for each in re.split(r"[\s,;]+", text.replace("#", " ")) if each]
    some = slugs[: defaults.MOST_FOR_NEWCOMERS + 1]
    statement = select(Channel).where(Channel.slug.in_(some), visible(Channel, admin))
    known = {channel.slug: channel.id for channel in db.session.scalars(statement)}
    missing = [slug for slug in slugs if slug not in known][:5]
    if missing and len(slugs) <= defaults.MOST_FOR_NEWCOMERS:
        detail = _("There is no public channel %(names)s.", names=", ".join(missing))
        raise Invalid(errors={defaults.FOR_NEWCOMERS: [detail]})
    return [known.get(slug, 0) for slug in slugs]


def _admin() -> Person:
    viewer = identity.signed_in()
    require(is_admin(viewer), _("Only admins may do this."))
    return viewer


def _page(newcomers: str | None = None, errors: dict[str, list[str]] | None = None) -> str:
    chosen = " ".join(f"#{channel.slug}" for channel in defaults.for_newcomers())
    found = errors or {}
    return render_template(
        "admin/channels.html",
        kinds=KINDS,
        levels=LEVELS,
        creators=settings.get(defaults.CREATORS),
        newcomers=chosen if newcomers is None else newcomers,
        errors={
            "newcomers": found.get(defaults.FOR_NEWCOMERS),
            "creators": found.get(defaults.CREATORS),
        },
    )
