"""Writes of legal holds: placing and releasing them."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from enterprise_social.channels.models import Channel
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Person
from enterprise_social.records.models import (
    LONGEST_MATTER,
    LONGEST_REASON,
    STATE_ID,
    LegalHold,
    RecordsState,
)
from enterprise_social.records.policy.holds import may_hold


@action
def place_hold(
    actor: Person | None,
    matter: str,
    reason: str,
    *,
    person: Person | None = None,
    channel: Channel | None = None,
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> LegalHold:
    """Keep what a person wrote, what was said in a channel, in a time, or what is all of these.

    A person's hold takes in the whole of their direct conversations. Raises Forbidden, and Invalid
    for what has no name or reason, or where nothing says what is held.
    """
    require(may_hold(actor), _("Only admins place legal holds."))
    matter, reason = " ".join(matter.split()), reason.strip()
    errors: dict[str, list[str]] = {}
    for name, text, most in (
        ("matter", matter, LONGEST_MATTER),
        ("reason", reason, LONGEST_REASON),
    ):
        if not text:
            errors[name] = [_("This is needed: others will ask.")]
        elif len(text) > most:
            errors[name] = [_("At most %(most)d characters.", most=most)]
    if begins_at is not None and ends_at is not None and begins_at >= ends_at:
        errors["until"] = [_("The end lies before the beginning.")]
    if person is None and channel is None and begins_at is None and ends_at is None:
        errors["who"] = [_("Say what is held: a person, a channel, a time, or several of these.")]
    if errors:
        raise Invalid(errors=errors)
    # Whoever removes something for good has looked at this row first, or looks at it after.
    state = lock(RecordsState, STATE_ID)
    state.holds += 1
    hold = LegalHold(
        matter=matter,
        reason=reason,
        person_id=None if person is None else person.id,
        channel_id=None if channel is None else channel.id,
        begins_at=begins_at,
        ends_at=ends_at,
        created_by_id=None if actor is None else actor.id,
        created_at=now(),
        release_reason="",
    )
    db.session.add(hold)
    db.session.flush()
    audit.record(actor, "holds.created", f"hold:{hold.id}", _facts(hold))
    return hold


@action
def release_hold(actor: Person | None, hold: LegalHold, reason: str) -> LegalHold:
    """End a hold: what it kept goes its ordinary way from now on. Released twice it stays one."""
    require(may_hold(actor), _("Only admins release legal holds."))
    reason = reason.strip()
    if not reason:
        raise Invalid(errors={"release_reason": [_("This is needed: others will ask.")]})
    if len(reason) > LONGEST_REASON:
        most = _("At most %(most)d characters.", most=LONGEST_REASON)
        raise Invalid(errors={"release_reason": [most]})
    lock(RecordsState, STATE_ID)
    hold = lock(LegalHold, hold.id)
    if hold.released_at is not None:
        return hold
    hold.released_at, hold.release_reason = now(), reason
    hold.released_by_id = None if actor is None else actor.id
    details = {"matter": hold.matter, "reason": reason}
    audit.record(actor, "holds.released", f"hold:{hold.id}", details)
    return hold


def _facts(hold: LegalHold) -> dict[str, object]:
    facts = {
        "matter": hold.matter,
        "reason": hold.reason,
        "person_id": hold.person_id,
        "channel_id": hold.channel_id,
        "from": rfc3339(hold.begins_at),
        "until": rfc3339(hold.ends_at),
    }
    return {name: value for name, value in facts.items() if value is not None}
