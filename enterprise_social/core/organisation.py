"""What the organisation calls itself and looks like: its name, accent colour and logo."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from enterprise_social.core import colours, settings
from enterprise_social.core.text import safe_name

NAME, ACCENT, LOGO = "organisation.name", "organisation.accent", "organisation.logo"
LONGEST_NAME = 100


def _clean_name(value: Any) -> str:
    name = safe_name(str(value or ""))
    if len(name) > LONGEST_NAME:
        raise ValueError(_("At most %(most)d characters.", most=LONGEST_NAME))
    return name


def _clean_accent(value: Any) -> str:
    """Return a colour that can be read wherever accents stand, or nothing for the default one."""
    if not str(value or "").strip():
        return ""
    try:
        colour = colours.parse(str(value))
    except ValueError:
        raise ValueError(_("Write a colour as six hexadecimal digits, such as #0b666d.")) from None
    if not colours.fits(colour):
        raise ValueError(
            _(
                "Links in %(colour)s have a contrast of %(ratio)s, which is under 4.5: many can't "
                "read them. The nearest colour that works is %(nearest)s.",
                colour=colour,
                ratio=f"{colours.worst(colour, colours.LIGHT_GROUNDS):.1f}",
                nearest=colours.nearest_that_fits(colour),
            )
        )
    return colour


def _clean_logo(value: Any) -> str:
    token = str(value or "")
    if token and not (token.isascii() and token.isalnum() and len(token) <= 40):
        raise ValueError(_("This is no logo."))
    return token


settings.define(NAME, "", _clean_name)
settings.define(ACCENT, "", _clean_accent)
settings.define(LOGO, "", _clean_logo)


def organisation_name() -> str:
    """Return what the organisation is called: what admins set, else the setting ORGANISATION."""
    return str(_get(NAME) or current_app.config["ORGANISATION"])


def accent() -> str:
    """Return the accent colour that admins set, or nothing."""
    return str(_get(ACCENT))


def logo() -> str:
    """Return the token of the logo, or nothing."""
    return str(_get(LOGO))


def style_key() -> str:
    """Return what names the accent's style sheet, another for each colour; nothing without one."""
    colour = accent()
    return hashlib.sha256(colours.style_sheet(colour).encode()).hexdigest()[:12] if colour else ""


def _get(name: str) -> Any:
    """Return a setting; where the database is away its page must still be shown."""
    try:
        return settings.get(name)
    except (DBAPIError, NoConnectionFree):
        return ""
