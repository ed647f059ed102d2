"""The channels' pages: browsing, the stream, details and what is done there without a script."""

from __future__ import annotations

from flask import Blueprint

from enterprise_social.channels.views import browsing, filling, managing, reading, ruling

blueprint = Blueprint("channels", __name__)
for each in (browsing, reading, managing, filling, ruling):
    each.add_to(blueprint)
