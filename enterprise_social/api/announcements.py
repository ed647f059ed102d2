"""Announcements: sending, answering, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from enterprise_social.announcements import actions, audience, policy
from enterprise_social.announcements.models import (
    ASKS,
    LONGEST_BODY,
    LONGEST_NOTE,
    MOST_CHOICES,
    PRIORITIES,
    Announcement,
)
from enterprise_social.announcements.queries import lists
from enterprise_social.announcements.queries.attached import files_of
from enterprise_social.announcements.queries.comments import counts_of
from enterprise_social.api import documents
from enterprise_social.api.announcement_documents import (
    announcement_document,
    receipt_document,
    written,
)
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
from enterprise_social.core.errors import Invalid
from enterprise_social.files.models import MOST_FILES
from enterprise_social.people.models import Person

T = TypeVar("T")

UNKNOWN = {404: "No such announcement."}
THEIRS = {**UNKNOWN, 403: "Only who sends it may."}
SENDERS = {403: "The caller may not announce to anybody, or not in this name."}
LARGEST = 2**31 - 1
RULE = "Such as `department is Terminals or in group @crew except person is @ana`, or `everyone`."
# What calls name otherwise than the room does.
NAMES = {"audience": "audience_text", "ack_deadline": "due_at"}
FIELDS = {
    "title": Text(400),
    "body": Text(2 * LONGEST_BODY, summary="Markdown."),
    "file_ids": Items(identity(), MOST_FILES, "The caller's own files, each sent once."),
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
    "comments": Nullable(Flag("Whether people may comment on it; null: on all but critical ones.")),
    "adds_joiners": Flag("Whether those who join the audience later get it too."),
    "drill": Flag("Whether it is an exercise."),
    "reason": Text(1000, summary="Why a critical one, that is no exercise, can't wait."),
    "in_name_of_id": identity("Somebody who has allowed the caller to speak for them."),
}


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
        ids = [row[0].id for row in sent.items]
        files, said = files_of(ids), counts_of(ids)
        return listing(
            sent,
            lambda row: announcement_document(
                row[0], viewer, row[1], None, files[row[0].id], said.get(row[0].id)
            ),
        )
    page = lists.received(viewer, waiting=show == "waiting", cursor=cursor, limit=limit)
    ids = [row.announcement.id for row in page.items]
    files, said = files_of(ids), counts_of(ids)
    return listing(
        page,
        lambda row: announcement_document(
            row.announcement,
            viewer,
            row.sender,
            row.theirs,
            files[row.announcement.id],
            said.get(row.announcement.id),
        ),
    )


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
        return Answer(written(it, viewer), 200)
    return created(written(it, viewer), f"{BASE}/announcements/{it.id}")


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
        "words": audience.words(rule, viewer),
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
    return written(find(Announcement, announcement_id, viewer), viewer)


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
    return written(_named(lambda: actions.update_draft(viewer, it, **_fields(given))), viewer)


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
    return written(done, viewer)


@call(
    "POST",
    "/announcements/{announcement_id}/approval",
    "Give the second person's word",
    answer="Announcement",
    body=Body(
        {
            "approved": Flag("False sends it back to its author."),
            "version": Whole(1, LARGEST, "The one that was read: another is not approved."),
        },
        required=["approved"],
    ),
    refusals={
        **UNKNOWN,
        403: "Another manager or admin than its author must.",
        409: "It was changed meanwhile, or may not go out any more.",
    },
)
def approve_announcement(
    viewer: Person, *, announcement_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Approved, it goes out."""
    it = find(Announcement, announcement_id, viewer)
    if not given["approved"]:
        return written(actions.send_back(viewer, it), viewer)
    return written(actions.approve(viewer, it, version=given.get("version")), viewer)


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
    return receipt_document(theirs)
