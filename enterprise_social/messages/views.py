"""Opening a direct conversation."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.channels.queries import seat
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.messages.actions import start_conversation

blueprint = Blueprint("messages", __name__)


@blueprint.post("/messages")
def start() -> ResponseReturnValue:
    """Open the conversation with somebody, new or not."""
    person_ids = request.form.getlist("user_id", type=identity_of)
    channel, _new = start_conversation(identity.signed_in(), person_ids)
    return redirect(f"/channels/{channel.slug}", 303)


@blueprint.get("/messages/<int:channel_id>")
def show(channel_id: int) -> ResponseReturnValue:
    """Go to a conversation's page."""
    channel = seat(identity.signed_in(), channel_id=channel_id).channel
    return redirect(f"/channels/{channel.slug}", 302)
