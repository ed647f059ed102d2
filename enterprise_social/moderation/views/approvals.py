"""What waits for approval, for those who approve it; and taking back what one wrote oneself."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.models import UNLISTED_KINDS, Channel
from enterprise_social.channels.queries import seat
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.web import local_path
from enterprise_social.feed.queries.held import waiting_in
from enterprise_social.feed.queries.places import place
from enterprise_social.moderation import policy
from enterprise_social.moderation.views.place import blueprint
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import approve_held, refuse_held, withdraw
from enterprise_social.posts.models import HeldPost


@blueprint.get("/channels/<slug>/approvals")
def approvals(slug: str) -> ResponseReturnValue:
    """List what waits in a channel for those who lead it."""
    viewer = identity.signed_in()
    here = seat(viewer, slug=slug)
    if here.channel.kind in UNLISTED_KINDS:
        raise NotFound()
    shown = place(viewer, here)
    require(shown.may_moderate, _("Only those who lead this channel see this page."))
    return _page(viewer, here.channel)


@blueprint.get("/admin/moderation/approvals")
def all_approvals() -> ResponseReturnValue:
    """List what a rule of the organisation holds back, wherever it was written."""
    viewer = identity.signed_in()
    require(policy.judges_everywhere(viewer), _("Only moderators see this page."))
    return _page(viewer, None)


@blueprint.post("/held/<int:held_id>/decision")
def decide_held(held_id: int) -> ResponseReturnValue:
    """Approve something that waits, or not."""
    actor = identity.signed_in()
    held = find(HeldPost, held_id, actor)
    back = local_path(request.form.get("next"), "/")
    try:
        if request.form.get("state") == "approved":
            approve_held(actor, held)
            flash(_("Others see it now."))
        else:
            refuse_held(actor, held, request.form.get("note", ""))
            flash(_("It is not published. Its author reads what you wrote."))
    except NotFound:
        raise
    except AppError as error:
        flash(error.detail)
    return redirect(back, 303)


@blueprint.post("/held/<int:held_id>/withdrawal")
def withdraw_held(held_id: int) -> ResponseReturnValue:
    """Take back what one wrote, or put away what was not approved."""
    actor = identity.signed_in()
    withdraw(actor, find(HeldPost, held_id, actor))
    return redirect(local_path(request.form.get("next"), "/"), 303)


def _page(viewer: Person, channel: Channel | None) -> ResponseReturnValue:
    found = waiting_in(viewer, channel, cursor=request.args.get("cursor"))
    path = f"/channels/{channel.slug}/approvals" if channel else "/admin/moderation/approvals"
    return render_template(
        "moderation/approvals.html",
        page_title=_("Approvals"),
        channel=channel,
        path=path,
        waiting=found.items,
        next=found.next_cursor,
    )
