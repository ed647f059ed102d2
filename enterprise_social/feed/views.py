"""What a page missed: the live messages of a channel after a change it knows."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import changes_after, log_reaches, seat
from enterprise_social.core.errors import Gone
from enterprise_social.feed.crowds import Crowds
from enterprise_social.feed.live import render_log

blueprint = Blueprint("feed", __name__)
LONGEST = 200


@blueprint.get("/channels/<int:channel_id>/live")
def live(channel_id: int) -> ResponseReturnValue:
    """Give the live messages after ``after``; 410 where a fresh page is the better answer."""
    channel = seat(identity.signed_in(), channel_id=channel_id).channel
    after = max(0, min(request.args.get("after", 0, type=int), 2**62))
    if channel.seq - after > LONGEST or not log_reaches(channel, after):
        raise Gone(_("Load the page again."), extra={"seq": channel.seq})
    # Nothing in it is the viewer's own, and each change has its number: the same for all who ask.
    crowds: Crowds = current_app.extensions["crowds"]
    body = crowds.answer((channel.id, after, channel.seq), lambda: _missed(channel, after))
    return Response(body, mimetype="application/json")


def _missed(channel: Channel, after: int) -> bytes:
    rendered = render_log(channel.id, changes_after(channel.id, after, LONGEST))
    messages = [each.pages for each in rendered if each.pages is not None]
    seq = messages[-1]["seq"] if messages else channel.seq
    told = {"channel_id": channel.id, "seq": seq, "messages": messages}
    return current_app.json.dumps(told).encode()
