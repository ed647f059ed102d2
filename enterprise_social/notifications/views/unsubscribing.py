"""The page behind 'get no more of these' in a mail, and its one click (RFC 8058).

Looking at it writes nothing: programs that open links for somebody change nothing for them.
"""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.secret_links import PRIVATE, Answer, counted_by_link
from enterprise_social.core.web import csrf
from enterprise_social.notifications import actions, links
from enterprise_social.notifications.views.place import blueprint
from enterprise_social.people.models import Person


@blueprint.get("/unsubscribe/<token>")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=counted_by_link)
def ask_to_unsubscribe(token: str) -> Answer:
    """Ask whether one wants no more of these mails."""
    _whose(token)
    return _page(done=False)


# A mail program presses the button for somebody: it has no cookie and no token of a form.
@blueprint.post("/unsubscribe/<token>")
@csrf.exempt
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=counted_by_link)
def unsubscribe(token: str) -> Answer:
    """Send this person no more mails of this sort."""
    person, sort = _whose(token)
    actions.unsubscribe(person, sort)
    return _page(done=True)


def _whose(token: str) -> tuple[Person, str]:
    found = links.read(token)
    person = db.session.get(Person, found[0]) if found else None
    if found is None or person is None:
        raise NotFound()
    return person, found[1]


def _page(*, done: bool) -> Answer:
    title = _("You get no more of these mails") if done else _("Get no more of these mails?")
    return (
        render_template("notifications/unsubscribe.html", page_title=title, done=done),
        200,
        PRIVATE,
    )
