"""The pages of direct conversations; the conversation itself is a channel's page."""

from __future__ import annotations

from flask import Blueprint

from enterprise_social.messages.views import changing, starting

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
starting.add_to(blueprint)
changing.add_to(blueprint)

__all__ = ["blueprint"]
