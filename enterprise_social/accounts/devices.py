"""Names of browsers, so that people recognise their sessions in a list."""

from __future__ import annotations

from flask_babel import gettext as _

# In this order: most browsers also claim to be those further down.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
    ("python", "Python"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
PORTABLE = ("iPhone", "iPad", "Android")


def describe(user_agent: str) -> str:
    """Return ``Firefox, Windows`` or as much of it as the header tells."""
    names = [_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)]
    return ", ".join(name for name in names if name) or _("Unknown browser")


def is_portable(user_agent: str) -> bool:
    """Tell whether it is a phone or tablet."""
    return any(name in user_agent for name in PORTABLE)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for sign, name in names if sign in user_agent), "")
