"""Reporting something to those who judge, and the counts of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Text, Whole
from enterprise_social.api.moderation_documents import report_document
from enterprise_social.api.wire import Answer
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.limits import SIGN_INS
from enterprise_social.moderation import settings
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import LONGEST_NOTE, LONGEST_REASON, Case
from enterprise_social.moderation.queries import transparency
from enterprise_social.people.models import Person

BODY = Body(
    {
        "reason": Text(LONGEST_REASON, 1, "The `key` of a reason; see `GET /moderation/reasons`."),
        "note": Text(LONGEST_NOTE, summary="What those who judge should know."),
    },
    required=["reason"],
)
REFUSALS = {
    404: "No such thing, or the caller may not know of it.",
    409: "It is the caller's own.",
}


def _reporting(path: str, summary: str) -> Any:
    return call("POST", path, summary, answer="Report", status=201, also={200: "Report"},
                limit=SIGN_INS, body=BODY, refusals=REFUSALS)  # fmt: skip


@_reporting("/posts/{post_id}/reports", "Report a post")
def report_post(viewer: Person, *, post_id: int, given: Mapping[str, Any]) -> Answer:
    """A report of a message shares it, and a little around it, with those who judge.

    Reported again by the same person it answers 200 with their first report.
    """
    return _report(viewer, "post", post_id, given)


@_reporting("/files/{file_id}/reports", "Report a file")
def report_file(viewer: Person, *, file_id: int, given: Mapping[str, Any]) -> Answer:
    """What is decided about it is done to the post that carries it."""
    return _report(viewer, "file", file_id, given)


@_reporting("/users/{user_id}/profile-reports", "Report a profile")
def report_user(viewer: Person, *, user_id: int, given: Mapping[str, Any]) -> Answer:
    """Once while it is looked at."""
    return _report(viewer, "person", user_id, given)


@_reporting("/channels/{channel_id}/reports", "Report a channel or a conversation")
def report_channel(viewer: Person, *, channel_id: int, given: Mapping[str, Any]) -> Answer:
    """It shares the newest messages with those who judge. Once while it is looked at."""
    return _report(viewer, "conversation", channel_id, given)


@call("GET", "/moderation/reasons", "List why something can be reported", answer="Reasons")
def list_reasons(viewer: Person) -> dict[str, Any]:
    """With the rule that each is about."""
    del viewer
    return {"items": [asdict(each) for each in settings.reasons()]}


@call(
    "GET",
    "/moderation/transparency",
    "Read the counts of a year",
    answer="Transparency",
    query={"year": Whole(2000, 9998, summary="By default this year.")},
    refusals={404: "Nothing is known of that year."},
)
def get_transparency(viewer: Person, *, year: int = 0) -> dict[str, Any]:
    """What was reported and decided; nobody can be recognised by it."""
    del viewer
    wanted = year or now().year
    if wanted not in transparency.years():
        raise NotFound()
    return asdict(transparency.year_of(wanted))


def _report(viewer: Person, kind: str, identity: int, given: Mapping[str, Any]) -> Answer:
    made, is_new = report(viewer, kind, identity, given["reason"], given.get("note", ""))
    document = report_document(made, db.session.get_one(Case, made.case_id))
    return Answer(document, 201 if is_new else 200)
