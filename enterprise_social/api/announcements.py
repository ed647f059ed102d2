"""Announcements: sending, answering, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from enterprise_social.announcements import actions, audience, policy
from enterprise_social.announcements.models import (
    ASKS,
    ENDINGS,
    LONGEST_BODY,
    LONGEST_NOTE,
    MOST_CHOICES,
    PRIORITIES,
    Announcement,
    Recipient,
)
from enterprise_social.announcements.queries import board, lists
from enterprise_social.api import documents
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import (
    Body,
    Choice,
    Flag,
    Items,
    Moment,
    Nullable,
    Record,
    Text,
    Whole,
    identity,
)
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Person

T = TypeVar("T")

UNKNOWN = {404: "No such announcement."}
THEIRS = {**UNKNOWN, 403: "Only who sends it may."}
SENDERS = {403: "The caller may not announce to anybody, or not in this name."}
LARGEST = 2**31 - 1
RULE = "Such as `department is Terminals or in group @crew except person is @ana`, or `everyone`."
# What calls name otherwise than the room does.
NAMES = {"audience": "audience_text", "ack_deadline": "due_at"}
STATUSES = {**dict(zip(board.STATUSES, board.STATUSES, strict=True)), "acknowledged": "answered",
            "pending": "missing"}  # fmt: skip
FIELDS = {
    "title": Text(400),
    "body": Text(2 * LONGEST_BODY, summary="Markdown."),
    "audience": Text(4000, summary=RULE),
    "priority": Choice(PRIORITIES, "How urgent it is."),
    "requires_ack": Flag("Whether recipients are asked to acknowledge."),
    "asks": Choice(ASKS, "What is asked, where it is more than `requires_ack` says."),
    "ask_text": Text(400, summary="Words of the button, or the question."),
    "choices": Items(
        Record({"text": Text(400), "alerts": Flag()}, ["text"]),
        MOST_CHOICES,
        "For `asks: answer`, 2 to 6.",
    ),
    "takes_note": Flag("Whether an answer may have a note."),
    "responder_ids": Items(identity(), 50, "Who is told at once of an answer that alerts."),
    "ack_deadline": Nullable(Moment("Until when an answer is wanted.")),
    "publish_at": Nullable(Moment("When it goes out; at once where left out.")),
    "local_at": Nullable(
        Text(16, summary="Day and time in each recipient's own zone, `2026-11-30T09:00`.")
    ),
    "expires_at": Nullable(Moment("When it ends by itself.")),
    "adds_joiners": Flag("Whether those who join the audience later get it too."),
    "drill": Flag("Whether it is an exercise."),
    "reason": Text(1000, summary="Why a critical one can't wait; its title where left out."),
    "in_name_of_id": identity("Somebody who has allowed the caller to speak for them."),
}


def _receipt(theirs: Recipient) -> dict[str, Any]:
    steps = (("answered", theirs.answered_at), ("seen", theirs.seen_at),
             ("reached", theirs.reached_at))  # fmt: skip
    return {
        "status": next((name for name, at in steps if at is not None), "unreached"),
        "reached_at": rfc3339(theirs.reached_at),
        "reached_way": theirs.reached_way,
        "seen_at": rfc3339(theirs.seen_at),
        "acknowledged_at": rfc3339(theirs.answered_at),
        "acknowledged_way": theirs.answered_way,
        "choice": theirs.choice,
        "note": theirs.note,
    }


def _document(
    it: Announcement, viewer: Person, sender: Person, theirs: Recipient | None
) -> dict[str, Any]:
    manages = policy.may_manage(viewer, it)
    withdrawn = it.ended_as == "withdrawn" and not manages
    mine = theirs is not None and theirs.begins_at <= now()
    return {
        "id": it.id,
        "kind": it.kind,
        "follows_id": it.follows_id,
        "state": it.state,
        "version": it.version,
        "title": it.title,
        "body": "" if withdrawn else it.body,
        "html": "" if withdrawn else it.html,
        "priority": it.priority,
        "audience": it.audience_text if manages else None,
        "adds_joiners": it.adds_joiners,
        "drill": it.drill,
        "reason": it.reason if manages else None,
        "requires_ack": it.wants_answer,
        "asks": it.asks,
        "ask_text": it.ask_text,
        "choices": [{"text": each["text"], "alerts": bool(each["alerts"])} for each in it.choices],
        "takes_note": it.takes_note,
        "ack_deadline": rfc3339(it.due_at),
        "publish_at": rfc3339(it.publish_at),
        "local_at": it.local_at,
        "expires_at": rfc3339(it.expires_at),
        "published_at": rfc3339(it.published_at),
        "ended_at": rfc3339(it.ended_at),
        "ended_as": it.ended_as,
        "author_id": it.author_id,
        "in_name_of_id": it.in_name_of_id,
        "sender": documents.person_document(sender),
        "recipient_count": it.recipient_count if manages else None,
        "client_id": it.client_id if viewer.id == it.author_id else None,
        "created_at": rfc3339(it.created_at),
        "updated_at": rfc3339(it.updated_at),
        "mine": _receipt(theirs) if mine and theirs is not None else None,
    }


def _written(it: Announcement, viewer: Person) -> dict[str, Any]:
    sender, _author = lists.senders_of(it)
    return _document(it, viewer, sender, lists.of_recipient(it.id, viewer.id))


def _fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a call gave as the room names it."""
    fields = {NAMES.get(name, name): value for name, value in given.items()}
    requires = fields.pop("requires_ack", None)
    if requires is not None and "asks" not in fields:
        fields["asks"] = "acknowledgement" if requires else "nothing"
    fields.pop("in_name_of_id", None)
    for name in ("client_id", "draft", "kind"):
        fields.pop(name, None)
    return fields


def _named(write: Callable[[], T]) -> T:
    """Call, and name a bad field as the call does."""
    back = {value: name for name, value in NAMES.items()}
    try:
        return write()
    except Invalid as error:
        errors = {back.get(field, field): words for field, words in error.errors.items()}
        raise Invalid(error.detail, errors=errors) from error


def _board(viewer: Person, announcement_id: int) -> Announcement:
    it = find(Announcement, announcement_id, viewer)
    require(policy.may_see_board(viewer, it))
    return it


@call(
    "GET",
    "/announcements",
    "List announcements, the newest first",
    answer="[Announcement]",
    paged=True,
    query={"show": Choice(("mine", "waiting", "sent"), "Which ones.", default="mine")},
)
def list_announcements(
    viewer: Person, *, limit: int, cursor: str | None, show: str = "mine"
) -> dict[str, Any]:
    """What the caller was told, what of it waits for an answer, or what they sent and drafts."""
    if show == "sent":
        sent = lists.sent(viewer, cursor=cursor, limit=limit)
        return listing(sent, lambda row: _document(row[0], viewer, row[1], None))
    page = lists.received(viewer, waiting=show == "waiting", cursor=cursor, limit=limit)
    return listing(page, lambda row: _document(row.announcement, viewer, row.sender, row.theirs))


@call(
    "POST",
    "/announcements",
    "Announce something",
    answer="Announcement",
    status=201,
    also={200: "Announcement"},
    body=Body(
        {
            **FIELDS,
            "client_id": Text(64, least=1, summary="Makes sending it again harmless."),
            "draft": Flag("Keep it as a draft instead."),
        },
        required=["title", "body", "audience", "priority", "requires_ack"],
    ),
    refusals={
        **SENDERS,
        404: "Nobody is `in_name_of_id`.",
        409: "The sender's quota is used up.",
    },
)
def create_announcement(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """It goes out at once, or at `publish_at`; where the policy wants it, it waits for a second
    person's word. Refused, nothing of it is kept."""
    fields = _fields(given)
    if fields.get("priority") == "critical" and not fields.get("reason"):
        fields["reason"] = fields["title"].strip()[:300] or "-"
    speaker = given.get("in_name_of_id")
    write = actions.create_draft if given.get("draft") else actions.send
    it, is_new = _named(
        lambda: write(
            viewer,
            client_id=given.get("client_id"),
            in_name_of=find(Person, speaker, viewer) if speaker else None,
            **fields,
        )
    )
    if not is_new:
        return Answer(_written(it, viewer), 200)
    return created(_written(it, viewer), f"{BASE}/announcements/{it.id}")


@call(
    "POST",
    "/announcements/audience",
    "See whom an audience means",
    answer="AnnouncementAudience",
    body=Body(
        {"audience": FIELDS["audience"], "priority": FIELDS["priority"]}, required=["audience"]
    ),
    refusals=SENDERS,
)
def preview_audience(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing is made of it."""
    require(policy.may_announce(viewer))
    rule = audience.parse(given["audience"], viewer.id, "audience")
    if rule is None:
        return {"count": 0, "beyond": 0, "sample": [], "words": ""}
    wanted = audience.matching(rule) & (Person.id != viewer.id)
    allowed = policy.reach(viewer, critical=given.get("priority") == "critical")
    count, within = audience.count(wanted), audience.count(wanted & allowed)
    return {
        "count": count,
        "beyond": count - within,
        "sample": [documents.person_document(each) for each in audience.sample(wanted & allowed)],
        "words": audience.words(rule),
    }


@call(
    "GET",
    "/announcements/{announcement_id}",
    "Read an announcement",
    answer="Announcement",
    refusals=UNKNOWN,
)
def get_announcement(viewer: Person, *, announcement_id: int) -> dict[str, Any]:
    """Reading it by a program doesn't count as having seen it."""
    return _written(find(Announcement, announcement_id, viewer), viewer)


@call(
    "PATCH",
    "/announcements/{announcement_id}",
    "Change a draft",
    answer="Announcement",
    body=Body({name: each for name, each in FIELDS.items() if name != "in_name_of_id"}),
    refusals={**THEIRS, 409: "It is published."},
)
def patch_announcement(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What isn't sent stays. One that is scheduled or waits becomes a draft again."""
    it = find(Announcement, announcement_id, viewer)
    return _written(_named(lambda: actions.update_draft(viewer, it, **_fields(given))), viewer)


@call(
    "DELETE",
    "/announcements/{announcement_id}",
    "Throw a draft away",
    refusals={**THEIRS, 409: "It is published."},
)
def delete_announcement(viewer: Person, *, announcement_id: int) -> None:
    """Only what nobody got; what is published is ended instead."""
    actions.discard_draft(viewer, find(Announcement, announcement_id, viewer))


@call(
    "POST",
    "/announcements/{announcement_id}/publication",
    "Send a draft",
    answer="Announcement",
    body=Body({"version": Whole(1, LARGEST, "The one that was looked at.")}, required=["version"]),
    refusals={**THEIRS, 409: "It was changed meanwhile, or the quota is used up."},
)
def publish_announcement(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Sent twice it stays as it is."""
    it = find(Announcement, announcement_id, viewer)
    done = _named(lambda: actions.publish(viewer, it, version=given["version"]))
    return _written(done, viewer)


@call(
    "POST",
    "/announcements/{announcement_id}/approval",
    "Give the second person's word",
    answer="Announcement",
    body=Body({"approved": Flag("False sends it back to its author.")}, required=["approved"]),
    refusals={**UNKNOWN, 403: "Another manager or admin than its author must."},
)
def approve_announcement(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Approved, it goes out."""
    it = find(Announcement, announcement_id, viewer)
    decide = actions.approve if given["approved"] else actions.send_back
    return _written(decide(viewer, it), viewer)


@call(
    "POST",
    "/announcements/{announcement_id}/acknowledgement",
    "Acknowledge or answer",
    answer="AnnouncementReceipt",
    body=Body(
        {
            "choice": Whole(0, MOST_CHOICES - 1, "Which answer, counted from 0."),
            "note": Text(2 * LONGEST_NOTE),
        }
    ),
    refusals={404: "The caller does not get it.", 409: "It asks nothing, or has ended."},
)
def acknowledge_announcement(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """An acknowledgement stays as it was the first time; an answer may change until it ends."""
    it = find(Announcement, announcement_id, viewer)
    theirs = actions.answer(viewer, it, choice=given.get("choice"), note=given.get("note", ""))
    return _receipt(theirs)


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
            "receipt": _receipt(row.recipient),
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
    found = board.counts(it)
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
        "by_department": [_part(each) for each in board.by_department(it)],
        "by_location": [_part(each) for each in board.by_location(it)],
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
    return _written(actions.end(viewer, it, ended_as=given.get("ended_as", "all_clear")), viewer)


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
    fields = {name: given[name] for name in ("title", "body", "priority") if name in given}
    sent = actions.follow_up(viewer, it, kind=given["kind"], client_id=given["client_id"], **fields)
    return created(_written(sent, viewer), f"{BASE}/announcements/{sent.id}")
