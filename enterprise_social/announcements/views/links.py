"""The page behind the link in a mail or a short message: acknowledge without signing in.

Looking at it writes nothing, so that a program that opens links for somebody answers for nobody.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.announcements import actions, links
from enterprise_social.announcements.carriers.letters import clock_time
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.announcements.queries import lists
from enterprise_social.announcements.queries.banners import banner_facts
from enterprise_social.core import limits
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.secret_links import PRIVATE, Answer, counted_by_link
from enterprise_social.core.web import csrf
from enterprise_social.people.models import Person

blueprint = Blueprint("announcement_links", __name__, url_prefix="/a")


@blueprint.get("/<token>")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=counted_by_link)
def show(token: str) -> Answer:
    """Show what is asked, and write nothing."""
    person, announcement, theirs, _way = _what_for(token)
    return _page(person, announcement, theirs)


# The link itself is the proof: whoever could forge the form would need it.
@blueprint.post("/<token>")
@csrf.exempt
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=counted_by_link)
def answer(token: str) -> Answer:
    """Acknowledge, or answer; the first time counts."""
    person, announcement, theirs, way = _what_for(token)
    if person is None or announcement is None or theirs is None or theirs.answered_at is not None:
        return _page(person, announcement, theirs)
    choice = request.form.get("choice", "")
    number = int(choice) if choice.isascii() and choice.isdigit() and len(choice) < 3 else None
    note = request.form.get("note", "")
    try:
        theirs = actions.answer(person, announcement, choice=number, note=note, way=way)
    except Invalid as error:
        return _page(person, announcement, theirs, error.errors)
    except Conflict:
        db.session.refresh(announcement)
    return _page(person, announcement, theirs)


def _what_for(
    token: str,
) -> tuple[Person | None, Announcement | None, Recipient | None, str]:
    """Return what a link is for; nothing of it where it is good for nothing any more."""
    found = links.read(token)
    if found is None:
        raise NotFound()
    link, fresh = found
    person = db.session.get(Person, link.person_id)
    announcement = db.session.get(Announcement, link.announcement_id)
    theirs = lists.of_recipient(link.announcement_id, link.person_id)
    gone = person is None or not person.is_active or announcement is None or theirs is None
    if gone or not fresh or (announcement and announcement.ended_as == "withdrawn"):
        return None, None, None, link.way
    return person, announcement, theirs, link.way


def _page(
    person: Person | None,
    announcement: Announcement | None,
    theirs: Recipient | None,
    errors: dict[str, list[str]] | None = None,
) -> Answer:
    if person is None or announcement is None or theirs is None:
        page = render_template(
            "accounts/gone.html",
            page_title=_("This link no longer works"),
            text=_("It is too old, or what it was for is gone."),
            action="/announcements",
            label=_("Go to the announcements"),
        )
        return page, 410, PRIVATE
    facts: dict[str, Any] = {
        "announcement": banner_facts(announcement),
        "address": f"/announcements/{announcement.id}",
        "person": person,
        "is_open": announcement.is_open and announcement.wants_answer,
        "answered_at": theirs.answered_at,
        "answered_time": clock_time(theirs.answered_at, person.time_zone)
        if theirs.answered_at
        else "",
        "due_time": clock_time(announcement.due_at, person.time_zone)
        if announcement.due_at
        else "",
        "answer": announcement.choices[theirs.choice]["text"] if theirs.choice is not None else "",
        "errors": errors or {},
    }
    return render_template("announcements/link.html", **facts), 422 if errors else 200, PRIVATE
