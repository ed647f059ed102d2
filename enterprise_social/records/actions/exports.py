"""An export is asked for, agreed to by somebody else, made, fetched, and thrown away.

What the worker does with it is in ``exports_making``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.channels.models import Channel
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.records.archives.scopes import Scope, scope_of
from enterprise_social.records.events import (
    ExportAged,
    ExportAsked,
    ExportDecided,
    ExportDropped,
    ExportQueued,
)
from enterprise_social.records.models import LONGEST_EXPORT_REASON, DataExport
from enterprise_social.records.policy import exports as policy

# So long somebody has to agree, and so long an archive lies there.
WAITS, KEPT = timedelta(days=7), timedelta(days=7)
OWN_EVERY = timedelta(days=1)
MOST_CHOSEN = 200  # people, or channels


@action
def ask_for_export(actor: Person, scope: Scope, reason: str) -> DataExport:
    """Ask for an export of what others said; it waits for somebody else who may agree to it.

    What is said from now on is not in it. Raises Forbidden, Invalid.
    """
    require(policy.may_ask(actor), _("You may not take part in exports."))
    moment = now()
    scope = replace(scope, until=min(scope.until or moment, moment))
    text = " ".join(reason.split())
    _check(scope, text)
    export = DataExport(
        kind="compliance",
        state="waiting",
        requested_by_id=actor.id,
        requested_at=moment,
        reason=text,
        scope=scope.as_json(),
        expires_at=moment + WAITS,
        counts={},
    )
    db.session.add(export)
    db.session.flush()
    audit.record(actor, "exports.asked", _target(export), {"scope": scope.as_json()})
    announce(ExportAsked(export.id))
    announce(ExportAged(export.id), run_at=moment + WAITS)
    return export


@action
def approve_export(actor: Person, export: DataExport) -> DataExport:
    """Agree to an export that somebody else asked for; the worker makes it.

    Raises Forbidden for whoever asked, Conflict where it waits no more.
    """
    export = _waiting(actor, export)
    asker = db.session.get_one(Person, export.requested_by_id)
    if not policy.may_ask(asker):
        raise Conflict(_("Whoever asked for it may not take part in exports any more."))
    _decide(actor, export, "queued")
    audit.record(actor, "exports.approved", _target(export))
    announce(ExportQueued(export.id))
    return export


@action
def refuse_export(actor: Person, export: DataExport, reason: str) -> DataExport:
    """Refuse an export that somebody else asked for. Raises Forbidden, Conflict, Invalid."""
    export = _waiting(actor, export)
    export.refusal = _reason(" ".join(reason.split()), _("Say why, so that they know."))
    _decide(actor, export, "refused")
    audit.record(actor, "exports.refused", _target(export))
    return export


@action
def cancel_export(actor: Person, export: DataExport) -> DataExport:
    """Give an export up: one that waits, is being made or lies there.

    Raises Forbidden, Conflict.
    """
    export = lock(DataExport, export.id)
    require(policy.may_cancel(actor, export), _("Only those who decided on it may end it."))
    if export.is_over:
        raise Conflict(_("This export is over already."))
    drop(actor, export, "deleted" if export.state == "ready" else "cancelled")
    return export


@action
def try_again(actor: Person, export: DataExport) -> DataExport:
    """Have an export made that could not be. Raises Forbidden, Conflict."""
    export = lock(DataExport, export.id)
    require(policy.may_fetch(actor, export), _("Only those who decided on it may do this."))
    if export.state != "failed":
        raise Conflict(_("This export did not fail."))
    export.state, export.problem, export.finished_at = "queued", "", None
    announce(ExportQueued(export.id))
    return export


@action
def note_download(actor: Person, export: DataExport) -> DataExport:
    """Note that somebody fetches an archive.

    Raises Forbidden for others, Conflict once it is gone.
    """
    export = lock(DataExport, export.id)
    require(policy.may_fetch(actor, export), _("Only those who decided on it may have this."))
    if export.state != "ready":
        raise Conflict(_("There is nothing to download any more."))
    if export.expires_at is not None and export.expires_at <= now():
        raise Conflict(_("There is nothing to download any more."))
    export.downloads += 1
    audit.record(actor, "exports.downloaded", _target(export), {"sha256": export.sha256})
    return export


@action
def ask_for_own_data(actor: Person) -> DataExport:
    """Have everything about oneself gathered, once a day. Raises Conflict for a second time."""
    actor = lock(Person, actor.id)
    moment = now()
    recent = select(func.count()).where(
        DataExport.kind == "own",
        DataExport.requested_by_id == actor.id,
        DataExport.requested_at > moment - OWN_EVERY,
        DataExport.state != "failed",
    )
    if db.session.execute(recent).scalar_one():
        raise Conflict(_("You can ask for your data once a day."))
    export = DataExport(
        kind="own", state="queued", requested_by_id=actor.id, requested_at=moment, counts={},
        scope={},
    )  # fmt: skip
    db.session.add(export)
    db.session.flush()
    audit.record(actor, "exports.own_asked", _target(export))
    announce(ExportQueued(export.id))
    return export


@action
def drop(actor: Person | None, export: DataExport, state: str) -> None:
    """End a locked export in ``state``; what was made of it is thrown away."""
    export.state, export.turn = state, export.turn + 1
    export.finished_at = export.finished_at or now()
    if export.storage_key:
        announce(ExportDropped(export.storage_key))
        export.storage_key = ""
    db.session.flush()
    audit.record(actor, f"exports.{state}", _target(export))


@action
def let_age(export_id: int) -> None:
    """End an export that nobody answered in time, or that could be fetched for long enough."""
    export = db.session.get(DataExport, export_id, with_for_update=True, populate_existing=True)
    if export is None or export.expires_at is None or export.expires_at > now():
        return
    if export.state == "waiting":
        drop(None, export, "expired")
    elif export.state == "ready":
        drop(None, export, "deleted")


def _waiting(actor: Person, export: DataExport) -> DataExport:
    export = lock(DataExport, export.id)
    require(
        policy.may_decide(actor, export),
        _("Somebody else than who asked for it decides on an export."),
    )
    late = export.expires_at is not None and export.expires_at <= now()
    if export.state != "waiting" or late:
        raise Conflict(_("This export doesn't wait for an answer any more."))
    return export


def _decide(actor: Person, export: DataExport, state: str) -> None:
    export.state = state
    export.decided_by_id, export.decided_at = actor.id, now()
    export.expires_at = None
    db.session.flush()
    announce(ExportDecided(export.id))


def _check(scope: Scope, reason: str) -> None:
    errors: dict[str, list[str]] = {}
    for name, model, chosen in (
        ("people", Person, scope.people),
        ("channels", Channel, scope.channels),
    ):
        if len(chosen) > MOST_CHOSEN:
            errors[name] = [_("At most %(most)d.", most=MOST_CHOSEN)]
        elif chosen:
            known = select(func.count()).select_from(model).where(model.id.in_(chosen))
            if db.session.execute(known).scalar_one() != len(chosen):
                errors[name] = [_("One of them doesn't exist.")]
    if scope.since is not None and scope.until is not None and scope.since >= scope.until:
        errors["since"] = [_("The time ends before it begins.")]
    try:
        _reason(reason, _("Say what it is for: it is kept in the audit log."))
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid(errors=errors)


def _reason(text: str, missing: str) -> str:
    if not text:
        raise Invalid(errors={"reason": [missing]})
    if len(text) > LONGEST_EXPORT_REASON:
        raise Invalid(
            errors={"reason": [_("At most %(most)d characters.", most=LONGEST_EXPORT_REASON)]}
        )
    return text


def scope(export: DataExport) -> Scope:
    """Return what an export takes in."""
    return scope_of(export.scope)


def _target(export: DataExport) -> str:
    return f"export:{export.id}"
