"""What is done to a conversation, by forms."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import seat
from enterprise_social.core.access import find_where
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.messages.actions import add_people, make_channel_of, name_conversation
from enterprise_social.people.models import Person


def add(channel_id: int) -> ResponseReturnValue:
    """Bring somebody into a conversation by username or e-mail, with its history or without."""
    actor = identity.signed_in()
    channel = seat(actor, channel_id=channel_id).channel
    named = request.form.get("who", "").strip().lstrip("@").casefold()
    history = request.form.get("history") == "shown"

    def do() -> Channel:
        try:
            person = find_where(Person, (Person.username == named) | (Person.email == named), actor)
        except NotFound:
            text = _("Nobody here has this username or e-mail address.")
            raise Invalid(errors={"who": [text]}) from None
        return add_people(actor, channel, [person.id], history=history)[0]

    return _done(channel, do)


def name(channel_id: int) -> ResponseReturnValue:
    """Name a conversation."""
    actor = identity.signed_in()
    channel = seat(actor, channel_id=channel_id).channel
    return _done(channel, lambda: name_conversation(actor, channel, request.form.get("name", "")))


def make_channel(channel_id: int) -> ResponseReturnValue:
    """Make a private channel of a conversation."""
    actor = identity.signed_in()
    channel = seat(actor, channel_id=channel_id).channel
    wanted = request.form.get("name", "")
    return _done(channel, lambda: make_channel_of(actor, channel, wanted))


def _done(channel: Channel, do: Callable[[], Channel]) -> ResponseReturnValue:
    try:
        channel = do()
    except NotFound:
        raise
    except AppError as error:
        reasons = error.errors.values() if isinstance(error, Invalid) else [[error.detail]]
        flash(" ".join(text for texts in reasons for text in texts))
        return redirect(f"/channels/{channel.slug}/details", 303)
    if channel.kind == "direct":
        return redirect(f"/messages/{channel.id}", 303)
    return redirect(f"/channels/{channel.slug}", 303)


def add_to(blueprint: Blueprint) -> None:
    """Add these forms."""
    blueprint.post("/<int:channel_id>/people")(add)
    blueprint.post("/<int:channel_id>/name")(name)
    blueprint.post("/<int:channel_id>/channel")(make_channel)
