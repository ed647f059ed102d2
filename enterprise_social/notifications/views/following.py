"""Following a thread, and hearing nothing of a channel for a while."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.queries import seat
from enterprise_social.core.access import find
from enterprise_social.core.clock import now
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.core.language import zone_of
from enterprise_social.notifications import actions
from enterprise_social.notifications.views.place import back, blueprint
from enterprise_social.people.models import Person
from enterprise_social.people.quiet import at_wall_clock
from enterprise_social.posts.models import Post

MORNING = 8 * 60
SPANS = ("1h", "tonight", "week", "off")


@blueprint.post("/posts/<int:post_id>/following")
def follow(post_id: int) -> ResponseReturnValue:
    """Follow a thread, or no longer."""
    viewer = identity.signed_in()
    post = find(Post, post_id, viewer)
    root = post if post.parent_id is None else find(Post, post.parent_id, viewer)
    actions.set_following(viewer, root, request.form.get("follows") == "1")
    return redirect(back(f"/posts/{root.id}"), 303)


@blueprint.post("/channels/<slug>/mute")
def mute(slug: str) -> ResponseReturnValue:
    """Hear nothing of a channel for a while, or everything again."""
    viewer = identity.signed_in()
    here = seat(viewer, slug=slug)
    if here.membership is None:
        raise NotFound()
    span = request.form.get("span", "")
    if span not in SPANS:
        raise Invalid(errors={"span": [_("Choose how long.")]})
    actions.mute_channel(viewer, here.channel, end_of(span, viewer))
    return redirect(back(f"/channels/{slug}/details"), 303)


def end_of(span: str, person: Person) -> datetime | None:
    """Return when a span that begins now ends; ``tonight`` until eight on the next morning."""
    if span == "off":
        return None
    if span == "tonight":
        zone = zone_of(person.time_zone)
        local = now().astimezone(zone)
        day = local.date() + timedelta(days=0 if local.time() < time(MORNING // 60) else 1)
        return at_wall_clock(day, MORNING, zone)
    return now() + (timedelta(hours=1) if span == "1h" else timedelta(days=7))
