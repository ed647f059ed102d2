"""Announcements as programs get them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from enterprise_social.announcements import policy
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.announcements.queries import lists
from enterprise_social.announcements.queries.attached import files_of
from enterprise_social.announcements.queries.comments import counts_of
from enterprise_social.api.documents import person_document
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.files.queries import Attachment, attachment_document
from enterprise_social.people.models import Person


def receipt_document(theirs: Recipient) -> dict[str, Any]:
    """Write what is recorded about a recipient."""
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


def announcement_document(
    it: Announcement,
    viewer: Person,
    sender: Person,
    theirs: Recipient | None,
    files: Sequence[Attachment],
    said: tuple[int, bool] | None,
) -> dict[str, Any]:
    """Write an announcement for somebody: what only its sender may know is null for others.

    ``said`` is how many comments it has and whether more may come, None where it never had any.
    """
    manages = policy.may_manage(viewer, it)
    withdrawn = it.ended_as == "withdrawn" and not manages
    mine = theirs is not None and theirs.begins_at <= now()
    count, may_comment = (0, False) if said is None or withdrawn else said
    published = it.state in policy.SHOWN_STATES
    return {
        "id": it.id,
        "kind": it.kind,
        "follows_id": it.follows_id,
        "state": it.state,
        "version": it.version,
        "title": it.title,
        "body": "" if withdrawn else it.body,
        "html": "" if withdrawn else it.html,
        "files": [] if withdrawn else [attachment_document(each) for each in files],
        "priority": it.priority,
        "audience": it.audience_text if manages else None,
        "adds_joiners": it.adds_joiners,
        "comments": may_comment if published else it.comments,
        "comment_count": count,
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
        "sender": person_document(sender),
        "recipient_count": it.recipient_count if manages else None,
        "client_id": it.client_id if viewer.id == it.author_id else None,
        "created_at": rfc3339(it.created_at),
        "updated_at": rfc3339(it.updated_at),
        "mine": receipt_document(theirs) if mine and theirs is not None else None,
    }


def written(it: Announcement, viewer: Person) -> dict[str, Any]:
    """Look up what is missing, and write it."""
    sender, _author = lists.senders_of(it)
    theirs = lists.of_recipient(it.id, viewer.id)
    files, said = files_of([it.id])[it.id], counts_of([it.id]).get(it.id)
    return announcement_document(it, viewer, sender, theirs, files, said)
