"""Cases, reports, decisions and appeals as programs get them."""

from __future__ import annotations

from typing import Any

from enterprise_social.core.clock import rfc3339
from enterprise_social.moderation.models import Appeal, Case, Decision, Report
from enterprise_social.moderation.queries.details import Details


def report_document(report: Report, case: Case) -> dict[str, Any]:
    """Write a report for whoever made it."""
    return {
        "id": report.id,
        "case_id": case.id,
        "target_kind": case.target_kind,
        "target_id": case.target_id,
        "reason": report.reason,
        "note": report.note,
        "at": rfc3339(report.at),
    }


def case_document(case: Case) -> dict[str, Any]:
    """Write a case for those who judge it."""
    return {
        "id": case.id,
        "kind": case.kind,
        "target_kind": case.target_kind,
        "target_id": case.target_id,
        "channel_id": case.channel_id,
        "post_id": case.post_id,
        "author_id": case.author_id,
        "reason": case.reason,
        "state": case.state,
        "said": case.said,
        "report_count": case.report_count,
        "opened_at": rfc3339(case.opened_at),
        "due_at": rfc3339(case.due_at),
        "overdue": case.is_overdue,
        "assignee_id": case.assignee_id,
        "decided_at": rfc3339(case.decided_at),
    }


def full_document(details: Details) -> dict[str, Any]:
    """Write a case with all that those who judge it see."""
    post, decision, appeal = details.post, details.decision, details.appeal
    return {
        **case_document(details.case),
        "body": post.body if post is not None else None,
        "hidden": post is not None and post.hidden,
        "reports": [
            {
                "user_id": one.reporter_id,
                "reason": one.reason,
                "note": one.note,
                "at": rfc3339(one.at),
            }
            for one in details.reports
        ],
        "history": [
            {
                "at": rfc3339(one.at),
                "user_id": one.actor_id,
                "what": one.what,
                "note": one.note,
            }
            for one in details.events
        ],
        "decision": decision_document(decision) if decision else None,
        "appeal": appeal_document(appeal) if appeal else None,
    }


def decision_document(decision: Decision) -> dict[str, Any]:
    """Write a decision for those who judge."""
    return {
        "id": decision.id,
        "case_id": decision.case_id,
        "act": decision.act,
        "sanction": decision.sanction,
        "until": rfc3339(decision.until),
        "rule": decision.rule,
        "message": decision.message,
        "at": rfc3339(decision.at),
        "decider_id": decision.decider_id,
    }


def appeal_document(appeal: Appeal) -> dict[str, Any]:
    """Write an appeal; it doesn't say who judged it."""
    return {
        "id": appeal.id,
        "decision_id": appeal.decision_id,
        "text": appeal.text,
        "at": rfc3339(appeal.at),
        "outcome": appeal.outcome,
        "note": appeal.note,
        "judged_at": rfc3339(appeal.judged_at),
    }
