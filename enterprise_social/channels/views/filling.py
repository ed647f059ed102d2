"""The groups that fill a channel, by forms."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.actions import add_group, remove_group
from enterprise_social.channels.actions.groups import ConfirmSelfWritten
from enterprise_social.channels.queries import seat
from enterprise_social.channels.views.managing import show_details
from enterprise_social.core.access import find, find_where
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.web import local_path
from enterprise_social.people.models import Group


def add(slug: str) -> ResponseReturnValue:
    """Let a group, named by its @name, fill a channel."""
    actor = identity.signed_in()
    here = seat(actor, slug=slug)
    named = request.form.get("group", "").strip().lstrip("@").casefold()
    try:
        group = find_where(Group, Group.slug == named, actor)
    except NotFound:
        return show_details(actor, here, {"group": [_("There is no group of this name.")]}, 422)
    try:
        add_group(actor, here.channel, group, anyway=request.form.get("anyway") == group.slug)
    except ConfirmSelfWritten as error:
        errors = {"group": [error.detail], "self_written": [group.slug]}
        return show_details(actor, here, errors, error.status)
    except AppError as error:
        return show_details(actor, here, {"group": [error.detail]}, error.status)
    return _back(slug)


def remove(slug: str, group_id: int) -> ResponseReturnValue:
    """Let a group fill a channel no longer."""
    actor = identity.signed_in()
    here = seat(actor, slug=slug)
    remove_group(actor, here.channel, find(Group, group_id, actor))
    return _back(slug)


def _back(slug: str) -> ResponseReturnValue:
    default = f"/channels/{slug}/details"
    return redirect(local_path(request.form.get("next"), default), 303)


def add_to(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.post("/channels/<slug>/groups")(add)
    blueprint.post("/channels/<slug>/groups/<int:group_id>/removal")(remove)
