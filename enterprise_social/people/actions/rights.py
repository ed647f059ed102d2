"""Writes of rights that admins grant one by one, each with a reason."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.core import audit, settings
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.text import safe_name
from enterprise_social.people.models import RIGHTS, Person, Right
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.policy.rights import may_grant
from enterprise_social.people.queries.rights import CHANGED

LONGEST_REASON = 300


@action
def grant_right(actor: Person | None, person: Person, name: str, *, reason: str) -> Right:
    """Grant somebody a right of ``people.models.RIGHTS``; one that they have stays as it is.

    Raises Forbidden, Invalid without a reason, and Conflict for guests, programs and those who
    are not here.
    """
    person, name = _checked(actor, person, name)
    reason = _clean_reason(reason)
    if not reason:
        raise Invalid(errors={"reason": [_("Say why: it stands in the audit log.")]})
    if is_guest(person):
        raise Conflict(_("Guests can't have rights of their own."))
    if person.deactivated_at is not None or person.is_bot:
        raise Conflict(_("This account can't be given rights."))
    known = db.session.get(Right, (person.id, name))
    if known is not None:
        return known
    right = Right(
        person_id=person.id,
        name=name,
        granted_by_id=None if actor is None else actor.id,
        granted_at=now(),
        reason=reason,
    )
    db.session.add(right)
    details = {"right": name, "reason": reason}
    audit.record(actor, "rights.granted", f"person:{person.id}", details)
    settings.renew(CHANGED)
    return right


@action
def revoke_right(actor: Person | None, person: Person, name: str, *, reason: str = "") -> None:
    """Take a right from somebody; what comes with their role stays. Again, nothing happens."""
    person, name = _checked(actor, person, name)
    right = db.session.get(Right, (person.id, name))
    if right is None:
        return
    db.session.delete(right)
    details = {"right": name, "reason": _clean_reason(reason)}
    audit.record(actor, "rights.revoked", f"person:{person.id}", details)
    settings.renew(CHANGED)


@action
def set_rights(
    actor: Person | None, person: Person, names: Collection[str], *, reason: str = ""
) -> None:
    """Let somebody have exactly these rights granted. Raises as ``grant_right`` does."""
    require(may_grant(actor), _("Only admins grant rights."))
    had = set(db.session.scalars(select(Right.name).where(Right.person_id == person.id)))
    for name in sorted(set(names) - had):
        grant_right(actor, person, name, reason=reason)
    for name in sorted(had - set(names)):
        revoke_right(actor, person, name, reason=reason)


@action
def take_rights(actor: Person | None, person_id: int, reason: str) -> None:
    """Take every granted right from somebody, inside an action that has locked them."""
    rights = db.session.scalars(select(Right).where(Right.person_id == person_id)).all()
    for right in rights:
        db.session.delete(right)
        details = {"right": right.name, "reason": reason}
        audit.record(actor, "rights.revoked", f"person:{person_id}", details)
    if rights:
        settings.renew(CHANGED)


def _checked(actor: Person | None, person: Person, name: str) -> tuple[Person, str]:
    require(may_grant(actor), _("Only admins grant rights."))
    if name not in RIGHTS:
        raise Invalid(errors={"right": [_("There is no such right.")]})
    return lock(Person, person.id), name


def _clean_reason(reason: str) -> str:
    reason = safe_name(reason)
    if len(reason) > LONGEST_REASON:
        most = _("At most %(most)d characters.", most=LONGEST_REASON)
        raise Invalid(errors={"reason": [most]})
    return reason
