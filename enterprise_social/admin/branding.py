"""Handing out what the organisation looks like, to everybody: the sign-in page shows it."""

from __future__ import annotations

from flask import Blueprint, request
from flask.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.admin.actions.branding import LOGO_SIDES, logo_key
from enterprise_social.core import colours, organisation
from enterprise_social.core.errors import NotFound
from enterprise_social.files import serving

blueprint = Blueprint("branding", __name__)
# What is under a key never changes.
CACHING = "public, max-age=31536000, immutable"


@blueprint.get("/branding/<key>.css")
@identity.public
def style(key: str) -> Response:
    """Hand out the accent's style sheet, under its key alone."""
    if not key or key != organisation.style_key():
        raise NotFound()
    response = Response(colours.style_sheet(organisation.accent()), mimetype="text/css")
    response.headers["Cache-Control"] = CACHING
    return response


@blueprint.get("/branding/<token>/<int:side>")
@identity.public
def logo(token: str, side: int) -> Response:
    """Hand out a size of the logo, for as long as it is the one shown."""
    if not token or token != organisation.logo() or side not in LOGO_SIDES:
        raise NotFound()
    content = serving.Content(
        logo_key(token, side), None, f"{token}-{side}", "image/webp", "logo.webp", True
    )
    response = serving.answer(content, request)
    response.headers["Cache-Control"] = CACHING
    return response
