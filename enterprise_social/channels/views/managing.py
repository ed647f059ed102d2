"""What is done to a channel and one's place in it, by forms."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.actions import (
    add_member,
    join_channel,
    leave_channel,
    mark_read,
    remove_member,
    set_archived,
    set_member_role,
    set_preferences,
    update_channel,
)
from enterprise_social.channels.actions.guests import invite_guest
from enterprise_social.channels.policy import is_open_to
from enterprise_social.channels.queries import Seat, seat
from enterprise_social.channels.views.reading import details_of
from enterprise_social.core.access import find, find_where, require
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.core.limits import limiter
from enterprise_social.core.web import local_path
from enterprise_social.feed.queries import place
from enterprise_social.people.models import Person
from enterprise_social.people.queries.presence import blocks


def details(slug: str) -> ResponseReturnValue:
    """Show a channel's topic, purpose, members and pins."""
    viewer = identity.signed_in()
    return show_details(viewer, seat(viewer, slug=slug))


def show_details(
    viewer: Person,
    here: Seat,
    errors: dict[str, list[str]] | None = None,
    status: int = 200,
    invited: str = "",
) -> ResponseReturnValue:
    """Show the details, with what is wrong in one of their forms."""
    text, cursor = request.args.get("q", "").strip()[:100], request.args.get("cursor")
    found = details_of(viewer, here, text=text, cursor=cursor)
    shown = place(viewer, here)
    page = render_template(
        "channels/details.html",
        page_title=_("Details"),
        channel=shown,
        details=found,
        blocked=shown.cut_off and blocks(viewer.id, shown.others[0].id),
        errors=errors or {},
        invited=invited,
    )
    return page, status


def settings(slug: str) -> ResponseReturnValue:
    """Show the form for a channel's name, topic and purpose."""
    viewer = identity.signed_in()
    here = seat(viewer, slug=slug)
    shown = place(viewer, here)
    require(shown.may_set_topic, _("Only those who lead this channel may change it."))
    fields = {name: getattr(here.channel, name) for name in ("name", "topic", "purpose")}
    return _settings(shown, fields, {}, 200)


def save_settings(slug: str) -> ResponseReturnValue:
    """Save a channel's name, topic and purpose."""
    actor = identity.signed_in()
    here = seat(actor, slug=slug)
    fields = {name: request.form.get(name) for name in ("name", "topic", "purpose")}
    try:
        update_channel(actor, here.channel, **fields)
    except Invalid as error:
        given = {name: value or "" for name, value in fields.items()}
        return _settings(place(actor, here), given, error.errors, error.status)
    return _back(slug)


def _settings(
    shown: Any, form: dict[str, Any], errors: dict[str, list[str]], status: int
) -> ResponseReturnValue:
    page = render_template(
        "channels/settings.html",
        page_title=_("Channel settings"),
        channel=shown,
        form=form,
        errors=errors,
    )
    return page, status


def membership(slug: str) -> ResponseReturnValue:
    """Join or leave."""
    actor = identity.signed_in()
    channel = seat(actor, slug=slug).channel
    state = request.form.get("state")
    if state == "joined":
        join_channel(actor, channel)
        return _back(slug)
    if state != "left":
        raise Invalid(errors={"state": [_("Choose joined or left.")]})
    leave_channel(actor, channel)
    still_visible = is_open_to(actor, channel)
    if channel.kind == "direct":
        return redirect("/messages", 303)
    return _back(slug) if still_visible else redirect("/channels", 303)


def preferences(slug: str) -> ResponseReturnValue:
    """Set one's notify level or star."""
    actor = identity.signed_in()
    starred = request.form.get("starred")
    set_preferences(
        actor,
        seat(actor, slug=slug).channel,
        notify=request.form.get("notify") or None,
        starred=None if starred is None else starred == "1",
    )
    return _back(slug)


def invite(slug: str) -> ResponseReturnValue:
    """Bring somebody in by username or e-mail."""
    actor = identity.signed_in()
    here = seat(actor, slug=slug)
    named = request.form.get("who", "").strip().lstrip("@").casefold()
    try:
        person = find_where(Person, (Person.username == named) | (Person.email == named), actor)
        add_member(actor, here.channel, person)
    except NotFound:
        unknown = {"who": [_("Nobody here has this username or e-mail address.")]}
        return show_details(actor, here, unknown, 422)
    except AppError as error:
        return show_details(actor, here, {"who": [error.detail]}, error.status)
    return _back(slug, f"/channels/{slug}/details")


def invite_by_mail(slug: str) -> ResponseReturnValue:
    """Invite somebody from outside as a guest of this channel."""
    actor = identity.signed_in()
    here = seat(actor, slug=slug)
    email, name = (request.form.get(field, "").strip() for field in ("email", "name"))
    try:
        invitation, _link = invite_guest(actor, email, [here.channel], name=name)
    except Invalid as error:
        return show_details(actor, here, error.errors, error.status)
    return show_details(actor, here, invited=invitation.email, status=201)


def member(slug: str, person_id: int) -> ResponseReturnValue:
    """Change a member's role, or remove them."""
    actor = identity.signed_in()
    channel = seat(actor, slug=slug).channel
    person = find(Person, person_id, actor)
    role = request.form.get("role", "")
    if role == "removed":
        remove_member(actor, channel, person)
    else:
        set_member_role(actor, channel, person, role)
    return _back(slug, f"/channels/{slug}/details")


def archive(slug: str) -> ResponseReturnValue:
    """Archive a channel, or bring it back."""
    actor = identity.signed_in()
    set_archived(actor, seat(actor, slug=slug).channel, request.form.get("archived") == "1")
    return _back(slug)


def read(slug: str) -> ResponseReturnValue:
    """Mark a channel as read up to a change."""
    actor = identity.signed_in()
    mark_read(actor, seat(actor, slug=slug).channel, request.form.get("seq", 0, type=identity_of))
    return _back(slug)


def _back(slug: str, default: str | None = None) -> ResponseReturnValue:
    return redirect(local_path(request.form.get("next"), default or f"/channels/{slug}"), 303)


def add_to(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.get("/channels/<slug>/details")(details)
    blueprint.get("/channels/<slug>/settings")(settings)
    blueprint.post("/channels/<slug>/settings")(save_settings)
    blueprint.post("/channels/<slug>/membership")(membership)
    blueprint.post("/channels/<slug>/preferences")(preferences)
    blueprint.post("/channels/<slug>/members")(invite)
    blueprint.post("/channels/<slug>/guests")(limiter.limit("200/hour")(invite_by_mail))
    blueprint.post("/channels/<slug>/members/<int:person_id>")(member)
    blueprint.post("/channels/<slug>/archive")(archive)
    blueprint.post("/channels/<slug>/read")(read)
