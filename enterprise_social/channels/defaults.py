"""What admins set for all channels: who makes them, and which ones newcomers are in at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.channels.models import OPEN_KINDS, Channel
from enterprise_social.core import settings
from enterprise_social.core.db import db

CREATORS = "channels.creators"
FOR_NEWCOMERS = "channels.for_newcomers"
MOST_FOR_NEWCOMERS = 20
#: Who makes channels of a kind, by what the setting says.
LEVELS: dict[str, tuple[str, ...]] = {
    "everyone": ("employee", "manager", "admin"),
    "managers": ("manager", "admin"),
    "admins": ("admin",),
}
STANDARD = {"public": "everyone", "private": "everyone", "announcement": "managers"}


def _clean_creators(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not set(value) <= set(STANDARD):
        raise ValueError(_("Choose who makes public, private and announcement channels."))
    if not set(value.values()) <= set(LEVELS):
        raise ValueError(_("Choose everyone, managers or admins."))
    return {**STANDARD, **value}


def _clean_newcomers(value: Any) -> list[int]:
    """Take ids of open channels. Raises ValueError where one is none."""
    if not isinstance(value, list) or not all(type(each) is int for each in value):
        raise ValueError(_("A list of channels is expected."))
    wanted = list(dict.fromkeys(value))
    if len(wanted) > MOST_FOR_NEWCOMERS:
        raise ValueError(_("At most %(most)d channels.", most=MOST_FOR_NEWCOMERS))
    open_ones = select(Channel.id).where(
        Channel.id.in_(wanted), Channel.kind.in_(OPEN_KINDS), Channel.archived_at.is_(None)
    )
    if set(db.session.scalars(open_ones)) != set(wanted):
        raise ValueError(_("Only public channels that are not archived can be chosen."))
    return wanted


settings.define(CREATORS, STANDARD, _clean_creators)
settings.define(FOR_NEWCOMERS, [], _clean_newcomers)


def creators(kind: str) -> tuple[str, ...]:
    """Return the roles that make channels of a kind."""
    return LEVELS[settings.get(CREATORS)[kind]]


def for_newcomers() -> Sequence[Channel]:
    """Return the channels that newcomers are in at once, as far as they are still open."""
    ids = settings.get(FOR_NEWCOMERS)
    if not ids:
        return []
    found = db.session.scalars(
        select(Channel)
        .where(Channel.id.in_(ids), Channel.kind.in_(OPEN_KINDS), Channel.archived_at.is_(None))
        .order_by(Channel.name, Channel.id)
    )
    return found.all()
