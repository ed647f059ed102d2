"""Records: how long things are kept, what is held, what is given out, and what is erased."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of keeping, giving out and erasing."""
    from enterprise_social.records import models, policy, settings
    from enterprise_social.records.listeners import audit as giving_heads
    from enterprise_social.records.listeners import erasing as erasing_people
    from enterprise_social.records.listeners import exports as making_exports
    from enterprise_social.records.listeners import holds as holding
    from enterprise_social.records.listeners import retention as keeping
    from enterprise_social.records.views import (
        audit,
        erasing,
        exports,
        holds,
        merging,
        own_data,
        retention,
    )

    app.register_blueprint(audit.blueprint)
    app.register_blueprint(erasing.blueprint)
    app.register_blueprint(exports.blueprint)
    app.register_blueprint(holds.blueprint)
    app.register_blueprint(merging.blueprint)
    app.register_blueprint(retention.blueprint)
    app.register_blueprint(own_data.blueprint)
    del models, policy, settings, giving_heads, holding, keeping, making_exports, erasing_people
