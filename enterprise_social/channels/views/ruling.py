"""The rules of a channel as a page for its owners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels import rules
from enterprise_social.channels.actions import set_rules
from enterprise_social.channels.models import UNLISTED_KINDS
from enterprise_social.channels.queries import Seat, seat
from enterprise_social.core.access import require
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.feed.queries import place

_WHO = ("post", "reply", "mention_all", "invite")
_FLAGS = ("read_only", "guests_allowed")


def show(slug: str) -> ResponseReturnValue:
    """Show the form with a channel's rules."""
    here = seat(identity.signed_in(), slug=slug)
    return _page(here, rules.document(here.channel), {}, 200)


def save(slug: str) -> ResponseReturnValue:
    """Set a channel's rules."""
    actor = identity.signed_in()
    here = seat(actor, slug=slug)
    form = request.form
    given: dict[str, Any] = {name: form[name] for name in (*_WHO, "approval") if name in form}
    seconds = form.get("slow_seconds", "0")
    given["slow_seconds"] = int(seconds) if seconds.isascii() and seconds.isdecimal() else -1
    given |= {name: form.get(name) == "1" for name in _FLAGS}
    try:
        set_rules(actor, here.channel, given)
    except Invalid as error:
        return _page(here, {**rules.document(here.channel), **given}, error.errors, 422)
    flash(_("Saved. The rules hold at once."))
    return redirect(f"/channels/{slug}/rules", 303)


def _page(
    here: Seat, form: Mapping[str, Any], errors: Mapping[str, Any], status: int
) -> ResponseReturnValue:
    shown = place(identity.signed_in(), here)
    if here.channel.kind in UNLISTED_KINDS:
        raise NotFound()
    require(shown.may_manage, _("Only its owners may change the rules of this channel."))
    page = render_template(
        "channels/rules.html",
        page_title=_("Rules of %(name)s", name=f"#{here.channel.slug}"),
        channel=shown,
        form=form,
        errors=errors,
        pauses=_pauses(form["slow_seconds"]),
    )
    return page, status


def _pauses(present: int) -> list[tuple[int, str]]:
    """Return the pauses that are offered, with the present one where it is another."""
    offered = {
        0: _("Off"),
        10: _("10 seconds"),
        30: _("30 seconds"),
        60: _("1 minute"),
        300: _("5 minutes"),
        900: _("15 minutes"),
        3600: _("1 hour"),
        21600: _("6 hours"),
    }
    if present > 0:
        offered.setdefault(present, _("%(count)d seconds", count=present))
    return sorted(offered.items())


def add_to(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.get("/channels/<slug>/rules", endpoint="rules")(show)
    blueprint.post("/channels/<slug>/rules", endpoint="save_rules")(save)
