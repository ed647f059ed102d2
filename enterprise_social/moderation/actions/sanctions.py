"""Sanctions: imposed by a decision, lifted when it is undone or overturned."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.channels.actions.membership import dismiss_member, readmit
from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import membership
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.moderation.models import Case, Decision, Sanction
from enterprise_social.people.actions.sanctions import set_muted, set_suspended
from enterprise_social.people.models import Person


@action
def impose(case: Case, decision: Decision) -> Sanction | None:
    """Carry out the sanction that a decision names, if it names one; the caller has checked it."""
    if not decision.sanction or case.author_id is None:
        return None
    person = db.session.get_one(Person, case.author_id)
    sanction = Sanction(
        decision_id=decision.id,
        person_id=person.id,
        kind=decision.sanction,
        channel_id=case.channel_id if decision.sanction == "expel" else None,
        at=now(),
        until=decision.until,
    )
    db.session.add(sanction)
    db.session.flush()
    if decision.sanction == "expel":
        _expel(case, decision, person)
    else:
        _renew(person, decision.sanction)
    return sanction


@action
def lift(decision: Decision) -> None:
    """Take back the sanctions of a decision."""
    statement = select(Sanction).where(
        Sanction.decision_id == decision.id, Sanction.lifted_at.is_(None)
    )
    for sanction in db.session.scalars(statement.with_for_update()).all():
        sanction.lifted_at = now()
        db.session.flush()
        person = db.session.get_one(Person, sanction.person_id)
        if sanction.kind == "expel" and sanction.channel_id is not None:
            readmit(sanction.channel_id, person.id, decision.before.get("role", "member"))
        else:
            _renew(person, sanction.kind)


def _renew(person: Person, kind: str) -> None:
    """Bring what holds for somebody in line with all sanctions of a kind that stand."""
    # Locked before they are looked at: of two decisions at once the later knows the earlier one's.
    person = lock(Person, person.id)
    if kind == "mute":
        set_muted(person, _longest(person.id, kind))
    elif kind == "suspend":
        set_suspended(person, _longest(person.id, kind))


def _longest(person_id: int, kind: str) -> datetime | None:
    statement = select(func.max(Sanction.until)).where(
        Sanction.person_id == person_id,
        Sanction.kind == kind,
        Sanction.lifted_at.is_(None),
        Sanction.until > now(),
    )
    return db.session.execute(statement).scalar_one()


def _expel(case: Case, decision: Decision, person: Person) -> None:
    channel = db.session.get(Channel, case.channel_id) if case.channel_id else None
    theirs = membership(channel.id, person.id) if channel is not None else None
    if channel is None or theirs is None:
        raise Conflict(_("%(name)s is not in this channel.", name=person.name))
    decision.before = {**decision.before, "role": theirs.role}
    dismiss_member(channel, person.id)
