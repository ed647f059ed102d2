"""Enterprise Social: the internal social network that a company runs itself."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from flask import Flask

from enterprise_social import collecting, config, rooms
from enterprise_social.core import (
    assets,
    ephemeral,
    fragments,
    identities,
    language,
    limits,
    live,
    logs,
    mail,
    migrating,
    shared,
    web,
)
from enterprise_social.core.db import db, engine_options

__version__ = "0.1.0"


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Make the application from the environment's settings and ``overrides``.

    Raises config.ConfigError where a setting can't be used.
    """
    settings = config.load(overrides)
    app = Flask(__name__, static_folder=None, template_folder=str(config.ROOT / "templates"))
    app.config.update(settings)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings["DATABASE_URL"])
    logs.register(app)
    db.init_app(app)
    migrating.register(app)
    shared.check_pairing(app)
    ephemeral.register(app)
    live.register(app)
    mail.register(app)
    language.register(app)
    limits.register(app)
    web.register(app)
    identities.register(app)
    assets.register(app, config.ROOT / "static")
    fragments.register(app)
    for name in rooms.ORDER:
        import_module(f"enterprise_social.{name}").register(app)
    return app


collecting.resume()
