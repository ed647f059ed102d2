"""Which language and time zone a request is answered in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

babel = Babel()


def zone_of(name: str | None) -> ZoneInfo:
    """Return the time zone of that name, or UTC where there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def is_time_zone(name: str) -> bool:
    """Tell whether ``name`` is a zone of the IANA database."""
    return name in _zones()


def zone_named(name: str) -> str | None:
    """Return the zone of the IANA database that is called so in any case, or None."""
    return _zones_by_key().get(name.strip().casefold().replace(" ", "_"))


@lru_cache(maxsize=1)
def _zones_by_key() -> dict[str, str]:
    return {zone.casefold(): zone for zone in _zones()}


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _locale() -> str | None:
    if not has_request_context():
        return None
    chosen: str | None = g.get("locale")
    return chosen or request.accept_languages.best_match(_known()) or "en"


@lru_cache(maxsize=1)
def _known() -> list[str]:
    """Return the languages that there are translations for: looked for on the disk once."""
    return [str(locale) for locale in babel.list_translations()] or ["en"]


def _translations() -> Any:
    """Return this request's catalogue; a page asks for it some hundred times."""
    found = g.get("translations")
    if found is None:
        found = g.translations = get_translations()
    return found


@pass_eval_context
def _in_page(context: EvalContext, text: str, /, **values: Any) -> str:
    """Say a text of a template as Jinja's own way would, in one call in place of three."""
    if not context.autoescape:
        return str(_translations().ugettext(text) % values)
    return _said(_translations(), text) % values if values else _as_it_is(_translations(), text)


@lru_cache(maxsize=4096)
def _said(translations: Any, text: str) -> Markup:
    return Markup(translations.ugettext(text))  # noqa: S704 - of a template


@lru_cache(maxsize=4096)
def _as_it_is(translations: Any, text: str) -> Markup:
    return _said(translations, text) % {}


def register(app: Flask) -> None:
    """Give ``app`` its translations."""
    babel.init_app(app, locale_selector=_locale)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _translations().ugettext(text),
        ngettext=lambda one, many, number: _translations().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals.update(_=_in_page, gettext=_in_page)
