"""What came of announcements, and what their senders do then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.announcements import actions, policy
from enterprise_social.announcements.models import ENDINGS, MOST_CHOICES, PRIORITIES, Announcement
from enterprise_social.announcements.queries import board
from enterprise_social.api import documents
from enterprise_social.api.announcement_documents import receipt_document, written
from enterprise_social.api.announcements import FIELDS, THEIRS, UNKNOWN
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Choice, Items, Text, Whole, identity
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import rfc3339
from enterprise_social.people.models import Person
from enterprise_social.people.queries.fields import hidden_names

STATUSES = {**dict(zip(board.STATUSES, board.STATUSES, strict=True)), "acknowledged": "answered",
            "pending": "missing"}  # fmt: skip


def _board(viewer: Person, announcement_id: int) -> Announcement:
    it = find(Announcement, announcement_id, viewer)
    require(policy.may_see_board(viewer, it))
    return it


@call(
    "GET",
    "/announcements/{announcement_id}/recipients",
    "List the recipients, by name",
    answer="[AnnouncementRecipient]",
    paged=True,
    query={
        "status": Choice(
            tuple(STATUSES),
            "`missing` (also `pending`) are those of whom something is still wanted.",
            default="everyone",
        ),
        "query": Text(100, summary="Part of the name."),
        "choice": Whole(0, MOST_CHOICES - 1, "Only who gave this answer."),
    },
    refusals={**UNKNOWN, 403: "Only who sent it, responders and admins may."},
)
def list_announcement_recipients(
    viewer: Person,
    *,
    announcement_id: int,
    limit: int,
    cursor: str | None,
    status: str = "everyone",
    query: str = "",
    choice: int | None = None,
) -> dict[str, Any]:
    """Read who was reached, has seen it, and has answered what."""
    it = _board(viewer, announcement_id)
    page = board.recipients(
        it, status=STATUSES[status], query=query, choice=choice, cursor=cursor, limit=limit
    )
    return listing(
        page,
        lambda row: {
            "user": documents.person_document(row.person),
            "receipt": receipt_document(row.recipient),
            "problem": row.problem,
        },
    )


@call(
    "GET",
    "/announcements/{announcement_id}/report",
    "Read what came of it",
    answer="AnnouncementReport",
    refusals={**UNKNOWN, 403: "Only who sent it, responders and admins may."},
)
def report_announcement(viewer: Person, *, announcement_id: int) -> dict[str, Any]:
    """Counts, the course over time, and how far each department and place is."""
    it = _board(viewer, announcement_id)
    found, hidden = board.counts(it), hidden_names()
    return {
        "recipients": found.recipients,
        "reached": found.reached,
        "seen": found.seen,
        "acknowledged": found.answered,
        "missing": found.missing,
        "failed": found.failed,
        "drill": it.drill,
        "shares": {
            "reached": found.share(found.reached),
            "seen": found.share(found.seen),
            "acknowledged": found.share(found.answered),
        },
        "times_to": {
            str(share): None if span is None else span.total_seconds()
            for share, span in board.times_to(it).items()
        },
        "curve": [
            {
                "at": rfc3339(point.at),
                "reached": point.reached,
                "seen": point.seen,
                "acknowledged": point.answered,
            }
            for point in board.curve(it)
        ],
        # Nothing is said by what the organisation does not show of its people.
        "by_department": []
        if "department" in hidden
        else [_part(each) for each in board.by_department(it)],
        "by_location": []
        if "location" in hidden
        else [_part(each) for each in board.by_location(it)],
        "answers": [{"text": text, "count": count} for text, count in board.answers(it)],
    }


def _part(part: board.Part) -> dict[str, Any]:
    return {"name": part.name, "recipients": part.recipients, "done": part.done}


@call(
    "POST",
    "/announcements/{announcement_id}/nudge",
    "Remind those who have not answered",
    answer="AnnouncementNudge",
    body=Body({"user_ids": Items(identity(), 200, "Only these; all where left out.")}),
    refusals={**THEIRS, 409: "It has ended."},
)
def nudge_announcement(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """By application, push and e-mail, at once."""
    it = find(Announcement, announcement_id, viewer)
    return {"count": actions.nudge(viewer, it, given.get("user_ids"))}


@call(
    "POST",
    "/announcements/{announcement_id}/ending",
    "End it",
    answer="Announcement",
    body=Body({"ended_as": Choice(ENDINGS[:2], "Why.", default="all_clear")}),
    refusals={**THEIRS, 409: "It is not published."},
)
def end_announcement(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Every step stops. Ended twice it stays as it is. Admins may as well."""
    it = find(Announcement, announcement_id, viewer)
    return written(actions.end(viewer, it, ended_as=given.get("ended_as", "all_clear")), viewer)


@call(
    "POST",
    "/announcements/{announcement_id}/followups",
    "Tell the same people more",
    answer="Announcement",
    status=201,
    body=Body(
        {
            "kind": Choice(
                ("correction", "follow_up", "all_clear"), "An all-clear ends the first."
            ),
            "title": FIELDS["title"],
            "body": FIELDS["body"],
            "file_ids": FIELDS["file_ids"],
            "client_id": Text(64, least=1, summary="Makes sending it again harmless."),
            "priority": Choice(PRIORITIES, "As the first one where left out."),
        },
        required=["kind", "title", "body", "client_id"],
    ),
    refusals={**THEIRS, 409: "It is not published."},
)
def follow_announcement(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> Answer:
    """A correction, news or the all-clear, at once and to the very same people."""
    it = find(Announcement, announcement_id, viewer)
    names = ("title", "body", "file_ids", "priority")
    fields = {name: given[name] for name in names if name in given}
    sent = actions.follow_up(viewer, it, kind=given["kind"], client_id=given["client_id"], **fields)
    return created(written(sent, viewer), f"{BASE}/announcements/{sent.id}")
