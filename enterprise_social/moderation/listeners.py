"""What people are told of cases, and what a decision keeps out."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from enterprise_social.channels.events import MemberJoined
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden
from enterprise_social.core.events import after, during
from enterprise_social.moderation import policy
from enterprise_social.moderation.events import (
    AppealJudged,
    AppealMade,
    CaseDue,
    CaseOpened,
    DecisionMade,
    DecisionUndone,
)
from enterprise_social.moderation.models import Appeal, Case, Decision, Report, Sanction
from enterprise_social.moderation.queries.judges import everywhere, judges_of, leaders_of
from enterprise_social.notifications.actions import Told, tell
from enterprise_social.posts.events import (
    HeldDecided,
    PostHeld,
    PostHidden,
    PostsPurged,
    ThreadMoved,
)
from enterprise_social.posts.models import APPROVED, REFUSED, WAITING, HeldPost

NOTICES = "notices"


@during(MemberJoined)
def keep_out(event: MemberJoined) -> None:
    """Whoever was removed from a channel by a decision comes back by one."""
    statement = select(Sanction.id).where(
        Sanction.person_id == event.person_id,
        Sanction.channel_id == event.channel_id,
        Sanction.kind == "expel",
        Sanction.lifted_at.is_(None),
        Sanction.until.is_(None) | (Sanction.until > now()),
    )
    if db.session.execute(statement.limit(1)).first() is not None:
        raise Forbidden(_("Moderators removed this person from the channel."))


@during(PostsPurged)
def forget_what_was_said(event: PostsPurged) -> None:
    """What is gone for good is not kept in a case either; what was decided is."""
    db.session.execute(
        update(Case)
        .where(Case.post_id.in_(event.post_ids))
        .values(said="", context_ids=[])
        .execution_options(synchronize_session=False)
    )


@during(ThreadMoved)
def follow_a_thread(event: ThreadMoved) -> None:
    """What is judged about a thread is judged by those who lead where it stands now."""
    db.session.execute(
        update(Case)
        .where(Case.post_id.in_(event.post_ids))
        .values(channel_id=event.channel_id)
        .execution_options(synchronize_session=False)
    )


@after(PostHidden, lane=NOTICES)
def tell_of_hiding(event: PostHidden) -> None:
    """Tell the author that what they wrote is out of sight while it is reviewed."""
    statement = select(Case).where(Case.post_id == event.post_id, Case.state == "open")
    case = db.session.scalars(statement.order_by(Case.id.desc()).limit(1)).first()
    if case is not None and case.author_id is not None and case.kind != "held":
        _tell(case, "hidden", f"hidden:{case.id}", [case.author_id])


@after(CaseOpened, lane=NOTICES)
def tell_those_who_judge(event: CaseOpened) -> None:
    """Tell those who may judge it that something waits: one line a place until they look."""
    case = db.session.get(Case, event.case_id)
    if case is None or not case.is_open:
        return
    group = f"moderation.waits:{case.channel_id or 0}"
    told = Told("moderation", group, f"moderation.waits.{case.id}", None, case_id=case.id)
    tell(told, dict.fromkeys(sorted(judges_of(case) - {case.opened_by_id or 0}), "waiting"))


@after(CaseDue, lane=NOTICES)
def tell_that_it_is_due(event: CaseDue) -> None:
    """Tell those who may judge it that a case waits for longer than it should.

    Where it was decided and opened again meanwhile, the later time is what counts.
    """
    case = db.session.get(Case, event.case_id)
    if case is None or not case.is_overdue or case.due_at is None:
        return
    group = f"moderation.due:{case.channel_id or 0}"
    source = f"moderation.due.{case.id}.{int(case.due_at.timestamp())}"
    told = Told("moderation", group, source, None, case_id=case.id)
    tell(told, dict.fromkeys(sorted(judges_of(case)), "overdue"))


@after(DecisionMade, lane=NOTICES)
def tell_of_a_decision(event: DecisionMade) -> None:
    """Tell the author what was decided, and those who reported it what came of it."""
    decision = db.session.get(Decision, event.decision_id)
    if decision is None or decision.undone_at is not None:
        return
    case = db.session.get_one(Case, decision.case_id)
    if case.author_id is not None and policy.concerns_author(case, decision):
        _tell(case, "decided", f"decision:{decision.id}", [case.author_id])
    statement = select(Report.reporter_id).where(Report.case_id == case.id)
    reporters = list(db.session.scalars(statement))
    _tell(case, "outcome", f"outcome:{decision.id}", reporters)


@after(DecisionUndone, lane=NOTICES)
def tell_of_undoing(event: DecisionUndone) -> None:
    """Tell the author that a decision was taken back."""
    decision = db.session.get_one(Decision, event.decision_id)
    case = db.session.get_one(Case, decision.case_id)
    if case.author_id is not None and decision.act != "dismiss":
        _tell(case, "undone", f"undone:{decision.id}", [case.author_id])


@after(AppealMade, lane=NOTICES)
def tell_of_an_appeal(event: AppealMade) -> None:
    """Tell those who may judge it that somebody appeals."""
    made = db.session.get_one(Appeal, event.appeal_id)
    decision = db.session.get_one(Decision, made.decision_id)
    case = db.session.get_one(Case, decision.case_id)
    judges = everywhere() - {made.person_id, decision.decider_id or 0}
    _tell(case, "appealed", f"appeal:{made.id}", sorted(judges))


@after(AppealJudged, lane=NOTICES)
def tell_of_a_judgement(event: AppealJudged) -> None:
    """Tell the author what came of their appeal."""
    made = db.session.get_one(Appeal, event.appeal_id)
    decision = db.session.get_one(Decision, made.decision_id)
    case = db.session.get_one(Case, decision.case_id)
    _tell(case, "judged", f"judged:{made.id}", [made.person_id])


@after(PostHeld, lane=NOTICES)
def tell_of_waiting(event: PostHeld) -> None:
    """Tell those who may approve it that something waits: one line a place until they look."""
    held = db.session.get(HeldPost, event.held_id)
    if held is None or held.state != WAITING:
        return
    source = f"held.waits:{held.id}"
    if held.level == "organisation":
        told, people = Told("moderation", "held.waits:0", source, None), everywhere()
    else:
        group = f"held.waits:{held.channel_id}"
        told = Told("moderation", group, source, None, channel_id=held.channel_id)
        people = leaders_of(held.channel_id)
    tell(told, dict.fromkeys(sorted(people - {held.author_id}), "held_waits"))


@after(HeldDecided, lane=NOTICES)
def tell_of_approval(event: HeldDecided) -> None:
    """Tell the author what came of what waited; the place itself says why."""
    held = db.session.get_one(HeldPost, event.held_id)
    if held.state not in (APPROVED, REFUSED):
        return
    source = f"held.decided:{held.id}"
    told = Told("moderation", source, source, None, channel_id=held.channel_id)
    tell(told, {held.author_id: f"held_{held.state}"})


def _tell(case: Case, reason: str, source: str, person_ids: list[int]) -> None:
    source = f"moderation.{source}"
    told = Told("moderation", source, source, None, case_id=case.id)
    tell(told, dict.fromkeys(person_ids, reason))
