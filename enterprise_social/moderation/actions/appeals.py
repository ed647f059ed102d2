"""Appeals: what the author says against a decision, once, and how somebody else judges it."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.moderation import letters, policy
from enterprise_social.moderation.actions.cases import changed, checked_note, judged_by, note
from enterprise_social.moderation.actions.outcomes import home_of, take_back
from enterprise_social.moderation.actions.sanctions import lift
from enterprise_social.moderation.events import AppealJudged, AppealMade
from enterprise_social.moderation.models import (
    LONGEST_APPEAL,
    OUTCOMES,
    Appeal,
    Case,
    Decision,
)
from enterprise_social.people.models import Person


@action
def appeal(person: Person, decision: Decision, text: str) -> Appeal:
    """Appeal a decision about what one wrote, once and in time; also while one is suspended.

    Raises NotFound for somebody else's, Conflict where it is too late or was done, Invalid.
    """
    text = _checked(text)
    case = db.session.get_one(Case, decision.case_id)
    if case.author_id != person.id:
        raise NotFound()
    # The case is locked for the one whom it is about, who may not see it.
    case = judged_by(None, case)
    db.session.refresh(decision)
    known = appeal_of(decision.id)
    if known is not None:
        raise Conflict(_("You have appealed this already."))
    if case.state != "decided" or not policy.can_be_appealed(decision, known):
        raise Conflict(_("This can't be appealed (any more)."))
    made = Appeal(decision_id=decision.id, person_id=person.id, text=text, at=now())
    db.session.add(made)
    case.state, case.assignee_id = "appealed", None
    note(case, person, "appealed", text)
    changed(case)
    audit.record(person, "moderation.appeal", f"case:{case.id}", {"decision_id": decision.id})
    announce(AppealMade(made.id))
    return made


@action
def judge(actor: Person | None, made: Appeal, outcome: str, text: str = "") -> Appeal:
    """Judge an appeal: ``upheld`` lets the decision stand, ``overturned`` takes it all back.

    Raises NotFound for who may not see the case, Forbidden for who decided it themselves, Conflict
    where it is judged already, Invalid.
    """
    if outcome not in OUTCOMES:
        raise Invalid(errors={"outcome": [_("Choose whether the decision stands.")]})
    text = checked_note(text)
    decision = db.session.get_one(Decision, made.decision_id)
    case = judged_by(actor, db.session.get_one(Case, decision.case_id), home_of(decision))
    require(
        policy.may_judge_appeal(actor, decision),
        _("An appeal is judged by somebody else than who decided."),
    )
    db.session.refresh(made)
    if made.outcome or case.state != "appealed":
        raise Conflict(_("This was judged already."))
    made.outcome, made.note = outcome, text
    made.judge_id, made.judged_at = actor.id if actor else None, now()
    if outcome == "overturned":
        take_back(actor, case, decision)
        lift(decision)
    case.state = "settled"
    note(case, actor, "judged", text, {"outcome": outcome})
    changed(case)
    details = {"decision_id": decision.id, "outcome": outcome}
    audit.record(actor, "moderation.judge", f"case:{case.id}", details)
    letters.send_judgement(db.session.get_one(Person, made.person_id), made)
    announce(AppealJudged(made.id))
    return made


def appeal_of(decision_id: int) -> Appeal | None:
    """Return what was said against a decision, or None."""
    statement = select(Appeal).where(Appeal.decision_id == decision_id)
    return db.session.scalars(statement).first()


def _checked(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise Invalid(errors={"text": [_("Say why you see it otherwise.")]})
    if len(text) > LONGEST_APPEAL:
        raise Invalid(errors={"text": [_("At most %(most)d characters.", most=LONGEST_APPEAL)]})
    return text
