"""Cases, decisions and appeals: for those who judge, and for whom it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Choice, Items, Moment, Nullable, Text, identity
from enterprise_social.api.moderation_documents import (
    appeal_document,
    case_document,
    decision_document,
    full_document,
)
from enterprise_social.api.wire import Answer, listing
from enterprise_social.core.access import find
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, NotFound
from enterprise_social.moderation.actions import appeals, cases
from enterprise_social.moderation.actions.decisions import Verdict, decide, undo
from enterprise_social.moderation.actions.hiding import set_hidden
from enterprise_social.moderation.models import (
    ACTS,
    LONGEST_APPEAL,
    LONGEST_NOTE,
    LONGEST_REASON,
    OUTCOMES,
    SANCTIONS,
    Case,
    Decision,
)
from enterprise_social.moderation.queries import queue
from enterprise_social.moderation.queries.details import details_of
from enterprise_social.moderation.queries.queue import TABS, Filters
from enterprise_social.people.models import Person

NO_CASE = {404: "No such case, or the caller may not judge it."}
MOST_REPLIES = 100
VERDICT = Body(
    {
        "act": Choice(ACTS, "What happens to the thing."),
        "rule": Text(LONGEST_REASON, 1, "The `key` of the rule that it is about."),
        "message": Text(LONGEST_NOTE, summary="What the author is told beside the rule."),
        "sanction": Nullable(Choice(SANCTIONS, "What happens to the author.")),
        "until": Nullable(Moment("Until when a mute or a suspension holds.")),
        "channel_id": Nullable(identity("Where a moved thread goes.")),
        "reply_ids": Items(identity(), MOST_REPLIES, "The replies that a split takes along."),
    },
    required=["act", "rule"],
)


@call(
    "GET",
    "/moderation/cases",
    "List what the caller may judge",
    answer="[Case]",
    paged=True,
    query={
        "tab": Choice(TABS, "Open, held or flagged by rules, appealed or decided.", default="open"),
        "reason": Text(LONGEST_REASON, summary="The key of a reason."),
        "channel_id": identity("Of one channel."),
    },
)
def list_cases(
    viewer: Person,
    *,
    limit: int,
    cursor: str | None,
    tab: str = "open",
    reason: str = "",
    channel_id: int | None = None,
) -> dict[str, Any]:
    """The oldest first, decided ones the newest first; empty for who judges nothing."""
    filters = Filters(tab=tab, reason=reason, channel_id=channel_id)
    page = queue.listing(viewer, filters, cursor=cursor, limit=limit)
    return listing(page, lambda row: case_document(row.case))


@call("GET", "/moderation/cases/{case_id}", "Read a case", answer="CaseInFull", refusals=NO_CASE)
def get_case(viewer: Person, *, case_id: int) -> dict[str, Any]:
    """With who reported it, which nobody else learns."""
    return full_document(details_of(viewer, _case(viewer, case_id)))


@call(
    "POST",
    "/moderation/cases/{case_id}/decision",
    "Decide a case",
    answer="Decision",
    status=201,
    body=VERDICT,
    refusals={
        **NO_CASE,
        403: "This act or sanction takes the right to moderate everywhere.",
        409: "Somebody else decided it first, or it can't be done.",
    },
)
def create_decision(viewer: Person, *, case_id: int, given: Mapping[str, Any]) -> Answer:
    """The author and those who reported it are told."""
    verdict = Verdict(
        act=given["act"],
        rule=given["rule"],
        message=given.get("message", ""),
        sanction=given.get("sanction") or "",
        until=given.get("until"),
        target_id=given.get("channel_id"),
        reply_ids=tuple(given.get("reply_ids", ())),
    )
    return Answer(decision_document(decide(viewer, _case(viewer, case_id), verdict)), 201)


@call(
    "DELETE",
    "/moderation/cases/{case_id}/decision",
    "Take a decision back",
    refusals={**NO_CASE, 409: "There is none, it was appealed, or it can't be undone."},
)
def delete_decision(viewer: Person, *, case_id: int) -> None:
    """With all that followed from it; the case is open again."""
    undo(viewer, _case(viewer, case_id))


@call(
    "PUT",
    "/moderation/cases/{case_id}/assignee",
    "Have somebody look after a case",
    answer="Case",
    body=Body({"user_id": Nullable(identity("Who; null for nobody."))}, required=["user_id"]),
    refusals={**NO_CASE, 409: "They may not judge it, or it is decided."},
)
def put_assignee(viewer: Person, *, case_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """Others may judge it all the same."""
    case, user_id = _case(viewer, case_id), given["user_id"]
    person = find(Person, user_id, viewer) if user_id is not None else None
    return case_document(cases.assign(viewer, case, person))


@call(
    "POST",
    "/moderation/cases/{case_id}/notes",
    "Write a note for the others who judge",
    body=Body({"note": Text(LONGEST_NOTE, 1)}, required=["note"]),
    refusals=NO_CASE,
)
def create_note(viewer: Person, *, case_id: int, given: Mapping[str, Any]) -> None:
    """It stays in the history of the case."""
    cases.write_note(viewer, _case(viewer, case_id), given["note"])


@call(
    "PUT",
    "/moderation/cases/{case_id}/hidden",
    "Hide a post while it is reviewed",
    answer="Case",
    refusals={**NO_CASE, 409: "It is decided, or there is no post."},
)
def put_hidden(viewer: Person, *, case_id: int) -> dict[str, Any]:
    """Everybody sees that something is hidden, not what; its author sees why."""
    return case_document(set_hidden(viewer, _case(viewer, case_id), True))


@call(
    "DELETE",
    "/moderation/cases/{case_id}/hidden",
    "Show a hidden post again",
    refusals={**NO_CASE, 409: "It is decided, or there is no post."},
)
def delete_hidden(viewer: Person, *, case_id: int) -> None:
    """The case stays open."""
    set_hidden(viewer, _case(viewer, case_id), False)


@call(
    "POST",
    "/moderation/decisions/{decision_id}/appeal",
    "Appeal a decision about what one wrote",
    answer="Appeal",
    status=201,
    body=Body({"text": Text(LONGEST_APPEAL, 1)}, required=["text"]),
    refusals={404: "No such decision about the caller.", 409: "Too late, or done already."},
)
def create_appeal(viewer: Person, *, decision_id: int, given: Mapping[str, Any]) -> Answer:
    """Once, and in time; somebody else than who decided judges it."""
    decision = db.session.get(Decision, decision_id)
    if decision is None:
        raise NotFound()
    return Answer(appeal_document(appeals.appeal(viewer, decision, given["text"])), 201)


@call(
    "POST",
    "/moderation/cases/{case_id}/judgement",
    "Judge an appeal",
    answer="Appeal",
    body=Body(
        {
            "outcome": Choice(OUTCOMES, "Whether the decision stands."),
            "note": Text(LONGEST_NOTE, summary="Why, for the author."),
        },
        required=["outcome"],
    ),
    refusals={**NO_CASE, 403: "The caller decided it.", 409: "There is nothing to judge."},
)
def create_judgement(viewer: Person, *, case_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """`overturned` takes back all that followed from the decision."""
    case = _case(viewer, case_id)
    made = details_of(viewer, case).appeal
    if made is None:
        raise Conflict()
    judged = appeals.judge(viewer, made, given["outcome"], given.get("note", ""))
    return appeal_document(judged)


def _case(viewer: Person, case_id: int) -> Case:
    return find(Case, case_id, viewer)
