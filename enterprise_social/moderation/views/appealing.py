"""Appealing by the link in a mail, without signing in: as whoever is suspended must.

Looking at it writes nothing: programs that open links for somebody appeal for nobody.
"""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.secret_links import PRIVATE, Answer, counted_by_link
from enterprise_social.core.web import csrf
from enterprise_social.moderation import links, policy, settings, wording
from enterprise_social.moderation.actions.appeals import appeal
from enterprise_social.moderation.models import Decision
from enterprise_social.moderation.queries.mine import Concern, concern
from enterprise_social.moderation.views.place import blueprint
from enterprise_social.people.models import Person


@blueprint.get("/appeals/<token>")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=counted_by_link)
def show_appeal(token: str) -> Answer:
    """Show what was decided, and ask what is to be said against it."""
    return _page(*_whose(token), {}, 200)


# The link itself is the proof: whoever could forge the form would need it.
@blueprint.post("/appeals/<token>")
@csrf.exempt
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=counted_by_link)
def send_appeal(token: str) -> Answer:
    """Appeal, once."""
    person, found = _whose(token)
    try:
        appeal(person, _decision(found), request.form.get("text", ""))
    except Invalid as error:
        return _page(person, found, error.errors, 422)
    except Conflict as error:
        return _page(person, found, {"text": [error.detail]}, 409)
    return _page(*_whose(token), {}, 200)


def _whose(token: str) -> tuple[Person, Concern]:
    read = links.read(token)
    decision = db.session.get(Decision, read[0]) if read else None
    person = db.session.get(Person, read[1]) if read else None
    if decision is None or person is None or person.deactivated_at is not None:
        raise NotFound()
    return person, concern(person, decision.case_id)


def _decision(found: Concern) -> Decision:
    if found.decision is None:
        raise NotFound()
    return found.decision


def _page(person: Person, found: Concern, errors: dict[str, list[str]], status: int) -> Answer:
    page = render_template(
        "moderation/appeal.html",
        page_title=_("What moderators decided"),
        person=person,
        found=found,
        appeal_until=policy.appeal_until(found.decision) if found.decision else None,
        action="",
        reason_of=settings.reason_of,
        words=wording,
        errors=errors,
        form=request.form,
    )
    return page, status, PRIVATE
