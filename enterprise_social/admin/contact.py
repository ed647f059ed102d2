"""Whom to tell of a hole: ``/.well-known/security.txt`` (RFC 9116)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app
from flask.wrappers import Response
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core import settings
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.errors import NotFound
from enterprise_social.people.details import clean_email

blueprint = Blueprint("contact", __name__)
CONTACT = "organisation.security_contact"
LONGEST = 200
# The file says until when it holds; it is written anew with every answer.
HOLDS = timedelta(days=180)
_ADDRESS = re.compile(r"https://[\w.-]+(?:/[\w./~%+-]*)?", re.ASCII)


def _clean(value: Any) -> str:
    """Take an e-mail address or an address of a page, or nothing."""
    contact = str(value or "").strip()
    if not contact:
        return ""
    if len(contact) <= LONGEST and _ADDRESS.fullmatch(contact):
        return contact
    email = clean_email(contact)
    if email is None or len(contact) > LONGEST:
        raise ValueError(_("Write an e-mail address, or the https address of a page."))
    return email


settings.define(CONTACT, "", _clean)


@blueprint.get("/.well-known/security.txt")
@identity.public
def security_text() -> Response:
    """Say whom to tell, where admins have said it. Raises NotFound otherwise."""
    contact = str(settings.get(CONTACT))
    if not contact:
        raise NotFound()
    where = contact if contact.startswith("https://") else f"mailto:{contact}"
    base = current_app.config["BASE_URL"]
    lines = (
        f"Contact: {where}",
        f"Expires: {rfc3339((now() + HOLDS).replace(microsecond=0))}",
        f"Canonical: {base}/.well-known/security.txt",
    )
    return Response("\r\n".join(lines) + "\r\n", content_type="text/plain; charset=utf-8")
