"""The page behind 'get no more of these' in a mail, and its one click (RFC 8058).

Looking at it writes nothing: programs that open links for somebody change nothing for them.
"""

from __future__ import annotations

import hashlib

from flask import render_template, request
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.web import csrf
from enterprise_social.notifications import actions, links
from enterprise_social.notifications.views.place import blueprint
from enterprise_social.people.models import Person

# The address is a secret of one person's: it goes nowhere and stays nowhere.
PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
Answer = tuple[str, int, dict[str, str]]


def _link() -> str:
    """Count by link: many colleagues may come from one address at once."""
    token = str((request.view_args or {}).get("token", ""))
    return f"link:{hashlib.sha256(token.encode()).hexdigest()}"


@blueprint.get("/unsubscribe/<token>")
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=_link)
def ask_to_unsubscribe(token: str) -> Answer:
    """Ask whether one wants no more of these mails."""
    _whose(token)
    return _page(done=False)


# A mail program presses the button for somebody: it has no cookie and no token of a form.
@blueprint.post("/unsubscribe/<token>")
@csrf.exempt
@identity.public
@limits.limiter.limit(limits.SIGN_INS, key_func=_link)
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
