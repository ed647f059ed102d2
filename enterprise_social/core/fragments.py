"""Fragments: HTML that several people see, made where nobody's request can be seen.

A page and its live update use the same fragment, so it is rendered once a change and kept by
what it shows, never by who looks at it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from typing import Any

from babel.support import Translations
from flask import Flask, current_app
from flask_babel import get_locale
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from enterprise_social.core.clock import rfc3339

KEPT = 4000
# Characters; what is longer is made anew each time, so that the kept ones have a bound in memory.
LONGEST_KEPT = 30_000
# The command by which every process forgets what it rendered.
COMMAND = "fragments_forgotten"


class Fragments:
    """The viewer-blind template environment and its cache."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._cache: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock = threading.Lock()

    def render(self, template: str, facts: dict[str, Any]) -> Markup:
        """Render a fragment from the given facts alone."""
        # Autoescaping is on, so what a template lets through is markup of the template's own.
        return Markup(self._environment.get_template(template).render(**facts))  # noqa: S704

    def cached(self, key: Hashable, template: str, facts: dict[str, Any]) -> Markup:
        """Render a fragment or return it as it was rendered for the same ``key``."""
        with self._lock:
            found = self._cache.get(key)
            if found is not None:
                self._cache.move_to_end(key)
                return found
        made = self.render(template, facts)
        if len(made) > LONGEST_KEPT:
            return made
        with self._lock:
            self._cache[key] = made
            while len(self._cache) > KEPT:
                self._cache.popitem(last=False)
        return made

    def forget(self) -> None:
        """Keep nothing of what was rendered."""
        with self._lock:
            self._cache.clear()


class KeptParts:
    """Parts of every page that are the same for all viewers of one language, rendered once."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._parts: dict[tuple[str, str], Markup] = {}

    def __call__(self, template: str) -> Markup:
        """Return a template's HTML; it may use words, icons and asset addresses, nothing else."""
        key = (template, str(get_locale() or "en"))
        if key not in self._parts or self._app.debug:
            html = self._app.jinja_env.get_template(template).render()
            # The template escapes what it is given, like every page's.
            self._parts[key] = Markup(html)  # noqa: S704
        return self._parts[key]


def clock_text(moment: datetime) -> str:
    """Write a time for readers without a script: hours and minutes in UTC."""
    return moment.strftime("%H:%M")


def fragment(template: str, /, **facts: Any) -> Markup:
    """Render ``templates/<room>/_<thing>.html`` from ``facts``; the viewer is out of its reach."""
    return _fragments().render(template, facts)


def cached_fragment(key: Hashable, template: str, /, **facts: Any) -> Markup:
    """Like ``fragment``, kept under ``key``, which must change whenever a shown fact does."""
    return _fragments().cached((template, key), template, facts)


def forget(app: Flask) -> None:
    """Have this process keep nothing of what it rendered: something in it was erased."""
    app.extensions["fragments"].forget()


def _fragments() -> Fragments:
    found: Fragments = current_app.extensions["fragments"]
    return found


def register(app: Flask) -> None:
    """Make the fragment environment of ``app``, and give its pages the same filters."""
    environment = Environment(
        loader=app.jinja_loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=app.debug,
        extensions=["jinja2.ext.i18n"],
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    # Everyone gets the same fragment, so its words are in the organisation's language.
    translations = Translations.load(
        app.config["BABEL_TRANSLATION_DIRECTORIES"], [app.config["BABEL_DEFAULT_LOCALE"]]
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    known = app.jinja_env.globals
    environment.globals.update(asset=known["asset"], sprite_icon=known["sprite_icon"])
    for each in (environment, app.jinja_env):
        each.filters.update(rfc3339=rfc3339, clock=clock_text)
    app.extensions["fragments"] = Fragments(environment)
