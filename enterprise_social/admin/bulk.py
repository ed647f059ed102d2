"""The same done for several people at once, after it was shown for whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from enterprise_social.accounts import actions as accounts
from enterprise_social.accounts import identity
from enterprise_social.channels.actions import add_member
from enterprise_social.channels.models import Channel
from enterprise_social.core.access import find_where, require
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.core.limits import WRITES, limiter
from enterprise_social.people import actions as people_actions
from enterprise_social.people import queries as people_queries
from enterprise_social.people.models import ROLES, Person
from enterprise_social.people.policy import is_admin

blueprint = Blueprint("bulk", __name__)
LIST = "/admin/people"
MOST = 200
MOST_TOLD = 5  # of those for whom it could not be done

ACTS = {
    "deactivation": lazy_gettext("Deactivate"),
    "reactivation": lazy_gettext("Bring back"),
    "sign_out": lazy_gettext("Sign out everywhere"),
    "guest": lazy_gettext("Make guests"),
    "employee": lazy_gettext("Make employees"),
    "manager": lazy_gettext("Make managers"),
    "channel": lazy_gettext("Add to a channel"),
}
QUESTIONS = {
    "deactivation": lazy_gettext("Deactivate these people? They are signed out at once."),
    "reactivation": lazy_gettext("Bring these people back?"),
    "sign_out": lazy_gettext("Sign these people out on all devices?"),
    "guest": lazy_gettext("Make these people guests? They only see the channels that they are in."),
    "employee": lazy_gettext("Make these people employees?"),
    "manager": lazy_gettext("Make these people managers?"),
    "channel": lazy_gettext("Add these people to #%(channel)s?"),
}


@dataclass(frozen=True)
class Asked:
    """What is to be done, and to whom."""

    act: str
    people: Sequence[Person]
    channel: Channel | None


@blueprint.post("/admin/people/bulk")
@limiter.limit(WRITES)
def act() -> ResponseReturnValue:
    """Show for whom it would be done, and do it once that is confirmed."""
    admin = identity.signed_in()
    require(is_admin(admin), _("Only admins may do this."))
    try:
        asked = _asked(admin)
    except Invalid as error:
        flash(error.detail)
        return redirect(LIST, 303)
    if request.form.get("confirmed") != "1":
        channel = asked.channel.slug if asked.channel else ""
        question = QUESTIONS[asked.act] % {"channel": channel}
        return render_template("admin/bulk.html", asked=asked, question=question, acts=ACTS)
    if asked.act in ROLES:
        identity.require_fresh()
    _carry_out(admin, asked)
    return redirect(LIST, 303)


def _asked(admin: Person) -> Asked:
    """Read the form. Raises Invalid with a sentence."""
    form = request.form
    chosen = form.get("act", "")
    ids = [int(each) for each in form.getlist("person") if each.isascii() and each.isdigit()]
    if chosen not in ACTS:
        raise Invalid(_("Choose what to do."))
    if not ids:
        raise Invalid(_("Choose somebody first."))
    if len(ids) > MOST:
        raise Invalid(_("At most %(most)d people at once.", most=MOST))
    people = [each for each in people_queries.by_ids(ids).values() if each.id != admin.id]
    if not people:
        raise Invalid(_("This can't be done to oneself."))
    people.sort(key=lambda each: (each.name, each.id))
    return Asked(chosen, people, _channel(admin) if chosen == "channel" else None)


def _channel(admin: Person) -> Channel:
    slug = request.form.get("channel", "").strip().lstrip("#").lower()
    try:
        return find_where(Channel, Channel.slug == slug, admin)
    except NotFound:
        raise Invalid(_("There is no channel of this name that you see.")) from None


def _carry_out(admin: Person, asked: Asked) -> None:
    do = _doing(admin, asked)
    done, refused = 0, []
    for person in asked.people:
        try:
            do(person)
            done += 1
        except AppError as error:
            refused.append(f"{person.name}: {error.detail or error.title}")
    flash(ngettext("Done for %(num)d person.", "Done for %(num)d people.", done))
    for each in refused[:MOST_TOLD]:
        flash(each)
    if len(refused) > MOST_TOLD:
        more = len(refused) - MOST_TOLD
        flash(ngettext("And not for %(num)d more.", "And not for %(num)d more.", more))


def _doing(admin: Person, asked: Asked) -> Callable[[Person], object]:
    """Return the act for one person; each is a transaction of its own."""
    channel = asked.channel
    if channel is not None:
        return lambda person: add_member(admin, channel, person)
    if asked.act == "deactivation":
        return lambda person: people_actions.deactivate_person(admin, person)
    if asked.act == "reactivation":
        return lambda person: people_actions.reactivate_person(admin, person)
    if asked.act == "sign_out":
        return lambda person: accounts.sign_out_everywhere(admin, person)
    return lambda person: people_actions.set_role(admin, person, asked.act)
