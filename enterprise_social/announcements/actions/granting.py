"""Who may announce to whom, in whose name, and by which ladder: what admins set."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete

from enterprise_social.announcements import audience, ladder, policy
from enterprise_social.announcements.models import (
    PRIORITIES,
    SCOPES,
    AnnouncementRight,
    Delegation,
    LadderPolicy,
)
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.people.models import Person

MOST = 1_000_000


@action
def set_policy(
    actor: Person | None,
    priority: str,
    *,
    steps: Any,
    repeat: Any = None,
    approval_over: int | None = None,
    quota: int | None = None,
) -> LadderPolicy:
    """Set the ladder of a priority for what is published from now on.

    Raises Forbidden, and Invalid that says what is wrong: at ``steps.<index>``, ``repeat``,
    ``approval_over`` or ``quota``.
    """
    require(policy.may_set_policies(actor), _("Only an admin sets how announcements travel."))
    if priority not in PRIORITIES:
        raise NotFound()
    checked = ladder.clean(steps, repeat)
    for field, number in (("approval_over", approval_over), ("quota", quota)):
        if number is not None and not 0 <= number <= MOST:
            raise Invalid(errors={field: [_("A number from 0 to %(most)d.", most=MOST)]})
    row = db.session.get(LadderPolicy, priority) or LadderPolicy(priority=priority)
    row.steps, row.repeat = checked["steps"], checked["repeat"]
    row.approval_over, row.quota = approval_over, quota
    row.changed_by_id = None if actor is None else actor.id
    row.changed_at = now()
    db.session.add(row)
    audit.record(actor, "announcements.policy", f"priority:{priority}", {
        "steps": row.steps, "repeat": row.repeat, "approval_over": approval_over, "quota": quota,
    })  # fmt: skip
    return row


@action
def grant_right(
    actor: Person | None,
    person: Person,
    scope: str,
    *,
    rule_text: str = "",
    may_be_critical: bool = False,
) -> AnnouncementRight:
    """Let somebody announce to everyone, their line, or the people of a rule.

    Raises Forbidden and Invalid.
    """
    require(policy.may_set_policies(actor), _("Only an admin grants this right."))
    if scope not in SCOPES:
        raise Invalid(errors={"scope": [_("Choose everyone, line or rule.")]})
    granter = None if actor is None else actor.id
    rule = audience.parse(rule_text, granter, "rule_text") if scope == "rule" else None
    if scope == "rule" and rule is None:
        raise Invalid(errors={"rule_text": [_("Say to whom.")]})
    right = AnnouncementRight(
        person_id=person.id,
        scope=scope,
        rule_text=rule_text.strip() if scope == "rule" else "",
        rule=rule,
        may_be_critical=may_be_critical,
        granted_by_id=None if actor is None else actor.id,
        granted_at=now(),
    )
    db.session.add(right)
    db.session.flush()
    details = {"scope": scope, "rule": right.rule_text, "critical": may_be_critical}
    audit.record(actor, "announcements.granted", f"person:{person.id}", details)
    return right


@action
def revoke_right(actor: Person | None, right_id: int) -> None:
    """Take a granted right back. Raises Forbidden and NotFound."""
    require(policy.may_set_policies(actor), _("Only an admin takes this right back."))
    right = db.session.get(AnnouncementRight, right_id)
    if right is None:
        raise NotFound()
    audit.record(actor, "announcements.revoked", f"person:{right.person_id}")
    db.session.delete(right)


@action
def delegate(actor: Person, person: Person) -> None:
    """Let somebody announce in one's name; given twice it stays one. Raises Forbidden, Invalid."""
    require(policy.may_announce(actor), _("You may not announce to anybody."))
    if person.id == actor.id or not person.is_active:
        raise Invalid(errors={"person": [_("Choose a colleague.")]})
    if db.session.get(Delegation, (actor.id, person.id)) is None:
        db.session.add(Delegation(principal_id=actor.id, delegate_id=person.id, granted_at=now()))
        audit.record(actor, "announcements.delegated", f"person:{person.id}")


@action
def undelegate(actor: Person, person: Person) -> None:
    """Take back that somebody may announce in one's name."""
    db.session.execute(
        delete(Delegation).where(
            Delegation.principal_id == actor.id, Delegation.delegate_id == person.id
        )
    )
    audit.record(actor, "announcements.undelegated", f"person:{person.id}")
