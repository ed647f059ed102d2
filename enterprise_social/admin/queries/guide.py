"""The first steps of an organisation, and which of them are done."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.channels.models import UNLISTED_KINDS, Channel
from enterprise_social.core import organisation, settings
from enterprise_social.core.db import db
from enterprise_social.core.mail import SmtpSender
from enterprise_social.people.models import Person

TICKED, PUT_AWAY = "organisation.steps_ticked", "organisation.guide_put_away"
# What no program can see is ticked by hand.
BY_HAND = ("announcements", "security", "backup")


def _clean_ticks(value: object) -> list[str]:
    if not isinstance(value, list) or not set(value) <= set(BY_HAND):
        raise ValueError(_("There is no such step."))
    return sorted(set(value))


settings.define(TICKED, [], _clean_ticks)
settings.define(PUT_AWAY, False, bool)


@dataclass(frozen=True)
class Step:
    """A step: where it is taken, whether it is done, and whether one says so oneself."""

    key: str
    title: str
    text: str
    url: str
    done: bool
    by_hand: bool


def steps() -> list[Step]:
    """Return the first steps in the order in which they are best taken."""
    done = set(settings.get(TICKED)) | _seen_done()
    return [
        Step(key, title, text, url, key in done, key in BY_HAND)
        for key, title, text, url in _texts()
    ]


def _seen_done() -> set[str]:
    found = set()
    if settings.get(organisation.NAME):
        found.add("name")
    if isinstance(current_app.extensions["mail"], SmtpSender):
        found.add("mail")
    few = select(Person.id).where(Person.deactivated_at.is_(None)).limit(2).subquery()
    if db.session.execute(select(func.count()).select_from(few)).scalar_one() > 1:
        found.add("people")
    listed = select(Channel.id).where(Channel.kind.not_in(UNLISTED_KINDS))
    if db.session.execute(listed.limit(1)).first():
        found.add("channels")
    return found


def _texts() -> list[tuple[str, str, str, str]]:
    return [
        (
            "name",
            _("Name and look"),
            _("What everybody sees at the top of each page: name, colour and logo."),
            "/admin/organisation",
        ),
        (
            "mail",
            _("Mail"),
            _("Set SMTP_URL on the server, so that invitations and urgent news arrive."),
            "/admin/health",
        ),
        (
            "channels",
            _("First channels"),
            _("One for everybody and one for each team are a good beginning."),
            "/channels/new",
        ),
        (
            "people",
            _("People"),
            _("Invite the first colleagues, or bring in a list of all."),
            "/admin/people",
        ),
        (
            "announcements",
            _("How urgent news travels"),
            _("Which way is tried when, until somebody has acknowledged."),
            "/admin/announcements",
        ),
        (
            "security",
            _("Signing in"),
            _("Who needs a second factor, and how long one stays signed in."),
            "/admin/security",
        ),
        (
            "backup",
            _("Back-up"),
            _("Have “enterprise-social backup” run every night, and restore one to see it work."),
            "/admin/health",
        ),
    ]
