"""Saying how one is and whether one may be disturbed, and blocking somebody."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext as _

from enterprise_social.core import live, screening
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.text import emoji_for, safe_name, shortcode_for
from enterprise_social.people.events import PersonBlocked
from enterprise_social.people.models import Person
from enterprise_social.people.models.presence import LONGEST_STATUS, Block, Status
from enterprise_social.people.queries.presence import blank_status, blocked_ids

LONGEST_SPAN = timedelta(days=366)


@action
def set_status(actor: Person, emoji: str, text: str, *, until: datetime | None = None) -> Status:
    """Say how one is, until a moment or until one says otherwise; nothing of both clears it.

    ``emoji`` is its characters or its shortcode. Raises Invalid.
    """
    errors: dict[str, list[str]] = {}
    glyph, said = _glyph(emoji), safe_name(text)
    if glyph is None:
        errors["emoji"] = [_("Choose an emoji.")]
    if len(said) > LONGEST_STATUS:
        errors["text"] = [_("At most %(count)d characters fit here.", count=LONGEST_STATUS)]
    _check(errors, "until", until)
    if errors:
        raise Invalid(errors=errors)
    target = f"person:{actor.id}"
    said = screening.clean("profiles", {"text": said}, actor=actor, target=target)["text"]
    said = said[:LONGEST_STATUS]
    status = _own(actor)
    status.emoji, status.text = glyph or "", said
    status.until = until if glyph or said else None
    return _told(actor, status)


@action
def set_undisturbed(actor: Person, until: datetime | None) -> Status:
    """Ask not to be disturbed until a moment, or from now on again. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    _check(errors, "dnd_until", until)
    if errors:
        raise Invalid(errors=errors)
    status = _own(actor)
    status.undisturbed_until = until
    return _told(actor, status)


@action
def set_hidden(actor: Person, hidden: bool) -> Status:
    """Appear offline to everyone, or no longer."""
    status = _own(actor)
    status.hidden = hidden
    return _told(actor, status)


@action
def set_blocked(actor: Person, person: Person, blocked: bool) -> None:
    """Block somebody, or no longer; done twice, nothing happens. Raises Invalid for oneself."""
    if person.id == actor.id:
        raise Invalid(errors={"user_id": [_("Choose somebody else.")]})
    # Whoever follows the other at the same moment waits for it, or this for them.
    for each in sorted((actor.id, person.id)):
        lock(Person, each)
    row = db.session.get(Block, (actor.id, person.id), populate_existing=True)
    if blocked == (row is not None):
        return
    if row is None:
        db.session.add(Block(blocker_id=actor.id, blocked_id=person.id, created_at=now()))
        announce(PersonBlocked(actor.id, person.id))
    else:
        db.session.delete(row)
    db.session.flush()
    # Not for the audit log: whom somebody keeps away is nobody else's to read.
    live.personal(actor.id, "blocks_changed", {"blocked": blocked_ids(actor.id)})
    live.control("look_at_people", person_ids=[actor.id, person.id])


def _own(actor: Person) -> Status:
    status = db.session.get(Status, actor.id, populate_existing=True)
    if status is None:
        status = blank_status(actor.id)
        db.session.add(status)
    return status


def _told(actor: Person, status: Status) -> Status:
    db.session.flush()
    live.control("look_at_people", person_ids=[actor.id])
    return status


def _glyph(emoji: str) -> str | None:
    """Return an emoji's characters, nothing for nothing, or None for what is no emoji."""
    wanted = emoji.strip()
    if not wanted:
        return ""
    name = wanted.strip(":") if wanted.startswith(":") else shortcode_for(wanted)
    return emoji_for(name) if name else None


def _check(errors: dict[str, list[str]], field: str, moment: datetime | None) -> None:
    if moment is None:
        return
    if moment <= now():
        errors[field] = [_("This time is over.")]
    elif moment > now() + LONGEST_SPAN:
        errors[field] = [_("Choose a time within a year.")]
