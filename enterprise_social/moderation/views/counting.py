"""The counts of a year, for everybody who is signed in."""

from __future__ import annotations

from flask import render_template, request
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.moderation import settings, wording
from enterprise_social.moderation.queries import transparency
from enterprise_social.moderation.views.place import blueprint


@blueprint.get("/moderation/transparency")
def transparency_of() -> str:
    """Show what was reported and decided in a year, as counts."""
    identity.signed_in()
    known = transparency.years()
    asked = request.args.get("year", type=int)
    chosen = asked if asked is not None and asked in known else known[0]
    return render_template(
        "moderation/transparency.html",
        page_title=_("Moderation in %(year)s", year=chosen),
        year=transparency.year_of(chosen),
        years=known,
        smallest=transparency.SMALLEST,
        reason_of=settings.reason_of,
        reasons=settings.reasons(),
        words=wording,
    )
