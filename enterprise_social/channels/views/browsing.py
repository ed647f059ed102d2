"""Finding a channel, and making one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels import policy
from enterprise_social.channels.actions import create_channel
from enterprise_social.channels.defaults import STANDARD
from enterprise_social.channels.queries import browse, count_open
from enterprise_social.core.access import require
from enterprise_social.core.db import MOST_COUNTED
from enterprise_social.core.errors import AppError, Invalid
from enterprise_social.feed.queries import place

SHOWN = ("all", "joined", "archived")


def index() -> ResponseReturnValue:
    """List the channels that one may see."""
    viewer = identity.signed_in()
    text = request.args.get("q", "").strip()[:100]
    show = request.args.get("show", "all")
    show = show if show in SHOWN else "all"
    found = browse(viewer, text=text, show=show, cursor=request.args.get("cursor"))
    return render_template(
        "channels/index.html",
        page_title=_("Channels"),
        channels=[place(viewer, seat) for seat in found.items],
        q=text,
        show=show,
        next=found.next_cursor,
        total=count_open(viewer) if show == "all" and not text else None,
        most=MOST_COUNTED,
        may_create=policy.may_create(viewer),
    )


def new() -> ResponseReturnValue:
    """Show the form for a new channel."""
    require(policy.may_create(identity.signed_in()), _("You may not make channels."))
    return _form({"name": "", "purpose": "", "kind": "public"}, {}, 200)


def create() -> ResponseReturnValue:
    """Make a channel and go there."""
    actor = identity.signed_in()
    form: dict[str, Any] = {
        name: request.form.get(name, "") for name in ("name", "purpose", "kind")
    }
    try:
        channel = create_channel(
            actor, form["name"], kind=form["kind"] or "public", purpose=form["purpose"]
        )
    except Invalid as error:
        return _form(form, error.errors, error.status)
    except AppError as error:
        return _form(form, {"kind": [error.detail]}, error.status)
    return redirect(f"/channels/{channel.slug}", 303)


def _form(form: dict[str, Any], errors: dict[str, list[str]], status: int) -> ResponseReturnValue:
    page = render_template(
        "channels/new.html",
        page_title=_("New channel"),
        form=form,
        errors=errors,
        kinds=[kind for kind in STANDARD if policy.may_create(identity.signed_in(), kind)],
    )
    return page, status


def add_to(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.get("/channels")(index)
    blueprint.post("/channels")(create)
    blueprint.get("/channels/new")(new)
