"""What a page missed: the live messages of a channel after a change it knows."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.queries import changes_after, log_reaches, seat
from enterprise_social.core.errors import Gone
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
    rendered = render_log(channel.id, changes_after(channel.id, after, LONGEST))
    messages = [each.pages for each in rendered if each.pages is not None]
    seq = messages[-1]["seq"] if messages else channel.seq
    return jsonify({"channel_id": channel.id, "seq": seq, "messages": messages})
