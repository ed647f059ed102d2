"""What concerns somebody: what was decided about what they wrote, and what they reported.

Nothing here names who reported or who decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.moderation import policy
from enterprise_social.moderation.models import Appeal, Case, Decision, Report
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post

LISTED = 50


@dataclass(frozen=True)
class Concern:
    """A case as somebody sees it whom it concerns, but who does not judge it."""

    case: Case
    decision: Decision | None
    appeal: Appeal | None
    report: Report | None
    is_author: bool
    hidden: bool

    @property
    def can_appeal(self) -> bool:
        """Whether the author may say something against it now."""
        return (
            self.is_author
            and self.case.state == "decided"
            and self.decision is not None
            and policy.can_be_appealed(self.decision, self.appeal)
        )


def concerns(viewer: Person) -> tuple[Sequence[Concern], Sequence[Concern]]:
    """Return what was decided about what somebody wrote, and what they reported, newest first."""
    mine = select(Case).where(Case.author_id == viewer.id)
    about = _concerns(viewer, mine.order_by(Case.id.desc()).limit(LISTED))
    said = select(Case).join(Report, Report.case_id == Case.id)
    theirs = said.where(Report.reporter_id == viewer.id).order_by(Case.id.desc())
    reported = _concerns(viewer, theirs.limit(LISTED))
    return [one for one in about if _is_told(one)], reported


def concern(viewer: Person, case_id: int) -> Concern:
    """Return one case for somebody whom it concerns. Raises NotFound for everybody else."""
    statement = select(Case).where(
        Case.id == case_id,
        or_(
            Case.author_id == viewer.id,
            Case.id.in_(select(Report.case_id).where(Report.reporter_id == viewer.id)),
        ),
    )
    found = _concerns(viewer, statement)
    if not found or (found[0].is_author and not _is_told(found[0])):
        raise NotFound()
    return found[0]


def concern_of_post(viewer: Person, post_id: int) -> Concern:
    """Return the newest case about one's own post. Raises NotFound."""
    statement = select(Case).where(Case.post_id == post_id, Case.author_id == viewer.id)
    found = _concerns(viewer, statement.order_by(Case.id.desc()).limit(1))
    if not found or not _is_told(found[0]):
        raise NotFound()
    return found[0]


def _is_told(one: Concern) -> bool:
    """Whether the author knows of it: not of what was reported and found in order, unseen."""
    if one.decision is None:
        return one.hidden
    return policy.concerns_author(one.case, one.decision)


def _concerns(viewer: Person, statement: object) -> list[Concern]:
    cases = db.session.scalars(statement).all()  # type: ignore[call-overload]
    ids = [case.id for case in cases]
    decisions = {
        one.case_id: one
        for one in db.session.scalars(
            select(Decision)
            .where(Decision.case_id.in_(ids), Decision.undone_at.is_(None))
            .order_by(Decision.id)
        )
    }
    made = [one.id for one in decisions.values()]
    appeals = {
        one.decision_id: one
        for one in db.session.scalars(select(Appeal).where(Appeal.decision_id.in_(made)))
    }
    reports = {
        one.case_id: one
        for one in db.session.scalars(
            select(Report).where(Report.case_id.in_(ids), Report.reporter_id == viewer.id)
        )
    }
    posts = [case.post_id for case in cases if case.post_id is not None]
    hidden = set(
        db.session.scalars(select(Post.id).where(Post.id.in_(posts), Post.hidden_at.is_not(None)))
    )
    found = []
    for case in cases:
        decision = decisions.get(case.id)
        found.append(
            Concern(
                case=case,
                decision=decision,
                appeal=appeals.get(decision.id) if decision else None,
                report=reports.get(case.id),
                is_author=case.author_id == viewer.id,
                hidden=case.post_id in hidden,
            )
        )
    return found
