"""What concerns oneself: decisions about what one wrote, appeals, and what one reported."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.moderation import policy, settings, wording
from enterprise_social.moderation.actions.appeals import appeal
from enterprise_social.moderation.queries.mine import (
    Concern,
    concern,
    concern_of_post,
    concerns,
)
from enterprise_social.moderation.views.place import blueprint


@blueprint.get("/moderation")
def mine() -> str:
    """List what was decided about what one wrote, and what came of what one reported."""
    about, reported = concerns(identity.signed_in())
    return render_template(
        "moderation/mine.html",
        page_title=_("Moderation and you"),
        about=about,
        reported=reported,
        reason_of=settings.reason_of,
        words=wording,
    )


@blueprint.get("/moderation/mine/<int:case_id>")
def one_of_mine(case_id: int) -> ResponseReturnValue:
    """Show one of them."""
    return _page(concern(identity.signed_in(), case_id), {}, 200)


@blueprint.get("/moderation/posts/<int:post_id>")
def why_hidden(post_id: int) -> ResponseReturnValue:
    """Lead the author of a hidden post to why it is."""
    found = concern_of_post(identity.signed_in(), post_id)
    return redirect(f"/moderation/mine/{found.case.id}", 303)


@blueprint.post("/moderation/mine/<int:case_id>/appeal")
def appeal_mine(case_id: int) -> ResponseReturnValue:
    """Say something against a decision, once."""
    viewer = identity.signed_in()
    found = concern(viewer, case_id)
    if found.decision is None:
        raise NotFound()
    try:
        appeal(viewer, found.decision, request.form.get("text", ""))
    except Invalid as error:
        return _page(found, error.errors, 422)
    except Conflict as error:
        return _page(found, {"text": [error.detail]}, 409)
    flash(_("Your appeal is on its way. Somebody else than who decided judges it."))
    return redirect(f"/moderation/mine/{case_id}", 303)


def _page(found: Concern, errors: dict[str, list[str]], status: int) -> ResponseReturnValue:
    viewer = identity.signed_in()
    until = policy.appeal_until(found.decision) if found.decision else None
    page = render_template(
        "moderation/mine_case.html",
        page_title=_("What was decided") if found.is_author else _("What you reported"),
        found=found,
        appeal_until=until,
        person=viewer,
        action=f"/moderation/mine/{found.case.id}/appeal",
        reason_of=settings.reason_of,
        words=wording,
        errors=errors,
        form=request.form,
    )
    return page, status
