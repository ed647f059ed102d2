"""Writes around the audit log: having it checked, giving its head out, noting who took it out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.core import audit, settings
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.audit.checking import Outcome
from enterprise_social.core.audit.models import HEAD_ID, AuditHead
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.core.sealing import seal
from enterprise_social.people.models import Person
from enterprise_social.records.events import AuditCheckAsked, HeadGiven
from enterprise_social.records.models import AuditCheck, GivenHead
from enterprise_social.records.policy import audit as policy
from enterprise_social.records.settings import HEAD_MAILS, HEAD_SECRET, HEAD_WEBHOOK, PURPOSE


@action
def ask_check(actor: Person | None) -> AuditCheck:
    """Have the worker check the whole log; while one waits or is at work, return that one."""
    require(policy.may_read(actor), _("You may not read the audit log."))
    waiting = select(AuditCheck).where(AuditCheck.finished_at.is_(None))
    found = db.session.scalars(waiting.order_by(AuditCheck.id.desc()).limit(1)).one_or_none()
    if found is not None:
        return found
    found = AuditCheck(asked_at=now(), asked_by_id=None if actor is None else actor.id)
    db.session.add(found)
    db.session.flush()
    audit.record(actor, "audit.check_asked", f"audit_check:{found.id}")
    announce(AuditCheckAsked(found.id))
    return found


@action
def keep_outcome(check_id: int, outcome: Outcome) -> None:
    """Note what a check found; a broken log is itself worth an entry."""
    found = db.session.get(AuditCheck, check_id, populate_existing=True)
    if found is None or found.finished_at is not None:
        return
    found.finished_at = now()
    found.entries, found.head = outcome.entries, outcome.head
    if outcome.fault is not None:
        found.fault, found.how = outcome.fault.number, outcome.fault.how
        details = {"number": outcome.fault.number, "how": outcome.fault.how}
        audit.record(None, "audit.broken", f"audit_check:{found.id}", details)


@action
def give_out_head(day: str) -> GivenHead:
    """Note where the log ends today, and bring it to those who keep it; once a day."""
    known = db.session.get(GivenHead, day)
    if known is not None:
        return known
    head = db.session.execute(
        select(AuditHead.entry_id, AuditHead.hash).where(AuditHead.id == HEAD_ID)
    ).one()
    given = GivenHead(day=day, entry_id=head.entry_id, hash=head.hash, at=now())
    db.session.add(given)
    announce(HeadGiven(day))
    return given


@action
def set_head_ways(actor: Person, mails: str, webhook: str) -> str:
    """Say where the head goes every day: to addresses, to a web address, to both or nowhere.

    Returns the secret that requests to a new web address are signed with, shown this once, else
    nothing. Raises Forbidden, and Invalid by the names of the settings.
    """
    require(policy.may_set_up(actor), _("Only admins say where the head goes."))
    before = settings.get(HEAD_WEBHOOK)
    given: dict[str, Any] = {HEAD_MAILS: mails, HEAD_WEBHOOK: webhook}
    secret = ""
    if not webhook.strip():
        given[HEAD_SECRET] = ""
    elif webhook.strip() != before:
        secret = secrets.token_urlsafe(32)
        given[HEAD_SECRET] = seal(secret, PURPOSE)
    settings.change(actor, given)
    return secret


@action
def note_export(actor: Person, form: str, asked: Mapping[str, Any]) -> None:
    """Note who took entries out of the house, and which."""
    require(policy.may_read(actor), _("You may not read the audit log."))
    details = {"form": form, **{name: value for name, value in asked.items() if value}}
    audit.record(actor, "audit.exported", "audit:all", details)
