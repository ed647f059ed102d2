"""Administration: people, their roles and invitations; health, measurements and the doctor."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the pages of administration."""
    from enterprise_social.admin import (
        announcements,
        branding,
        bulk,
        channel_defaults,
        condition,
        contact,
        directory,
        emoji,
        fields,
        first_run,
        health,
        history,
        organisation,
        rights,
        security,
        shell,
        skills,
        views,
    )

    health.register(app)
    shell.register(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(announcements.blueprint)
    app.register_blueprint(branding.blueprint)
    app.register_blueprint(channel_defaults.blueprint)
    app.register_blueprint(bulk.blueprint)
    app.register_blueprint(condition.blueprint)
    app.register_blueprint(emoji.blueprint)
    app.register_blueprint(contact.blueprint)
    app.register_blueprint(first_run.blueprint)
    app.register_blueprint(organisation.blueprint)
    app.register_blueprint(rights.blueprint)
    app.register_blueprint(security.blueprint)
    app.register_blueprint(directory.blueprint)
    app.register_blueprint(fields.blueprint)
    app.register_blueprint(skills.blueprint)
    app.register_blueprint(history.blueprint)
