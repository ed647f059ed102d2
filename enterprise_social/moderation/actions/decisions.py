"""Decisions: what happens to the thing, and to whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.channels.models import UNLISTED_KINDS, Channel
from enterprise_social.channels.policy import may_remove
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.moderation import letters, policy, settings
from enterprise_social.moderation.actions.cases import (
    changed,
    checked_note,
    judged_by,
    note,
    set_due,
)
from enterprise_social.moderation.actions.outcomes import carry_out, home_of, take_back
from enterprise_social.moderation.actions.sanctions import impose, lift
from enterprise_social.moderation.events import DecisionMade, DecisionUndone
from enterprise_social.moderation.models import ACTS, SANCTIONS, Case, Decision
from enterprise_social.people.models import Person

LONGEST_SANCTION = timedelta(days=366)
# Until when they hold; a warning is said, and who is removed may come back by a decision alone.
WITH_AN_END = ("mute", "suspend")
ON_POSTS = ("remove", "restore", "lock", "move", "split")


@dataclass(frozen=True)
class Verdict:
    """What is decided: ``act`` of models.ACTS, ``sanction`` of models.SANCTIONS or empty.

    ``rule`` is the key of the rule that it names, ``message`` what the author is told beside it.
    ``target_id`` is the channel that a thread goes to, ``reply_ids`` what a split takes along.
    """

    act: str
    rule: str
    message: str = ""
    sanction: str = ""
    until: datetime | None = None
    target_id: int | None = None
    reply_ids: Sequence[int] = field(default_factory=tuple)


@action
def decide(actor: Person | None, case: Case, verdict: Verdict) -> Decision:
    """Decide an open case and carry it out; the author and those who reported it are told.

    Raises NotFound for who may not judge it, Forbidden for a sanction that is not theirs to give,
    Conflict where somebody else decided it first, Invalid.
    """
    message = checked_note(verdict.message, "message")
    case = judged_by(actor, case, verdict.target_id if verdict.act == "move" else None)
    if not case.is_open:
        raise Conflict(_("Somebody else decided this just now."))
    _check(actor, case, verdict)
    decision = Decision(
        case_id=case.id,
        decider_id=actor.id if actor else None,
        act=verdict.act,
        sanction=verdict.sanction,
        until=verdict.until if verdict.sanction in WITH_AN_END else None,
        rule=verdict.rule,
        message=message,
        before={},
        at=now(),
    )
    db.session.add(decision)
    db.session.flush()
    carry_out(actor, case, decision, verdict.target_id, verdict.reply_ids)
    impose(case, decision)
    case.state, case.decided_at = "decided", decision.at
    details = {"act": verdict.act, "sanction": verdict.sanction, "rule": verdict.rule}
    note(case, actor, "decided", message, details)
    changed(case)
    _record(actor, case, "moderation.decide", details)
    _write_to_author(case, decision)
    announce(DecisionMade(decision.id))
    return decision


def decide_many(
    actor: Person, cases: Sequence[Case], verdict: Verdict
) -> tuple[list[Decision], list[tuple[Case, str]]]:
    """Decide several cases alike, each in a transaction of its own.

    Returns the decisions, and each case that could not be decided with why.
    """
    made, failed = [], []
    for case in cases:
        try:
            made.append(decide(actor, case, verdict))
        except AppError as error:
            failed.append((case, error.detail))
    return made, failed


@action
def undo(actor: Person | None, case: Case) -> Case:
    """Take the last decision about a case back, as far as it can be, and open it again.

    Raises Conflict where it was appealed, is none, or another case of the same thing is open.
    """
    case = judged_by(actor, case, home_of(standing_decision(case.id)))
    decision = standing_decision(case.id)
    if case.state != "decided" or decision is None:
        raise Conflict(_("There is no decision to undo."))
    allowed = policy.may_undo(actor, decision)
    require(allowed, _("Only moderators of the organisation take back what they decided."))
    _refuse_second(case)
    take_back(actor, case, decision)
    lift(decision)
    decision.undone_at, decision.undone_by_id = now(), actor.id if actor else None
    case.state, case.decided_at = "open", None
    set_due(case)
    note(case, actor, "undone")
    changed(case)
    _record(actor, case, "moderation.undo", {"decision_id": decision.id})
    if case.author_id is not None and decision.act != "dismiss":
        letters.send_undone(db.session.get_one(Person, case.author_id))
    announce(DecisionUndone(decision.id))
    return case


def standing_decision(case_id: int) -> Decision | None:
    """Return the decision about a case that stands, or None."""
    statement = select(Decision).where(Decision.case_id == case_id, Decision.undone_at.is_(None))
    return db.session.scalars(statement.order_by(Decision.id.desc()).limit(1)).first()


def _write_to_author(case: Case, decision: Decision) -> None:
    if case.author_id is not None and policy.concerns_author(case, decision):
        letters.send_decision(db.session.get_one(Person, case.author_id), case, decision)


def _check(actor: Person | None, case: Case, verdict: Verdict) -> None:
    errors: dict[str, list[str]] = {}
    if verdict.act not in ACTS or (verdict.act in ON_POSTS and case.post_id is None):
        errors["act"] = [_("Choose what happens.")]
    if not settings.is_reason(verdict.rule):
        errors["rule"] = [_("Choose the rule that this is about.")]
    if verdict.sanction and (verdict.sanction not in SANCTIONS or case.author_id is None):
        errors["sanction"] = [_("Choose what happens to whoever wrote it.")]
    if verdict.sanction and verdict.act == "dismiss":
        errors["sanction"] = [_("Where nothing was wrong, nobody is sanctioned.")]
    if verdict.sanction == "expel" and not _is_in_channel(case):
        errors["sanction"] = [_("They can't be removed from this place.")]
    if verdict.sanction in WITH_AN_END and not _is_to_come(verdict.until):
        errors["until"] = [_("Choose a time to come, within a year.")]
    if errors:
        raise Invalid(errors=errors)
    _require_rights(actor, case, verdict)


def _require_rights(actor: Person | None, case: Case, verdict: Verdict) -> None:
    if verdict.sanction in WITH_AN_END:
        allowed = policy.may_suspend(actor)
        require(allowed, _("Only moderators of the organisation mute and suspend people."))
        _spare_admins(actor, case)
    if verdict.sanction == "expel":
        _spare_those_above(actor, case)
    if verdict.act == "move":
        require(policy.may_move(actor), _("Only moderators of the organisation move threads."))


def _is_in_channel(case: Case) -> bool:
    channel = db.session.get(Channel, case.channel_id) if case.channel_id else None
    return channel is not None and channel.kind not in UNLISTED_KINDS


def _is_to_come(until: datetime | None) -> bool:
    return until is not None and now() < until <= now() + LONGEST_SANCTION


def _spare_admins(actor: Person | None, case: Case) -> None:
    """Keep a moderator from locking out those who gave them the right."""
    author = db.session.get_one(Person, case.author_id)
    if author.role == "admin":
        allowed = actor is None or actor.role == "admin"
        require(allowed, _("Only an admin mutes or suspends an admin."))


def _spare_those_above(actor: Person | None, case: Case) -> None:
    """Keep whoever leads a channel from taking out those whom they couldn't without a case."""
    if actor is None or policy.judges_everywhere(actor) or case.channel_id is None:
        return
    channel = db.session.get_one(Channel, case.channel_id)
    theirs = membership(channel.id, case.author_id or 0)
    if theirs is not None:
        allowed = may_remove(actor, channel, membership(channel.id, actor.id), theirs)
        require(allowed, _("Only its owners remove those who lead this channel."))


def _refuse_second(case: Case) -> None:
    statement = select(Case.id).where(
        Case.target_kind == case.target_kind,
        Case.target_id == case.target_id,
        Case.state == "open",
        Case.id != case.id,
    )
    if db.session.execute(statement.limit(1)).first() is not None:
        raise Conflict(_("The same was reported again since: decide it there."))


def _record(actor: Person | None, case: Case, act: str, details: Mapping[str, object]) -> None:
    whom = {"target": f"{case.target_kind}:{case.target_id}", "author_id": case.author_id}
    audit.record(actor, act, f"case:{case.id}", {**whom, **details})
