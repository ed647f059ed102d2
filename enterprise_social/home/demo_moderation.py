"""The demo's queue: three posts that somebody reported, and one that was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.moderation.actions.decisions import Verdict, decide
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import Case, CaseEvent, Report
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post

# What was said, why it was reported, each report's note, and how many hours ago.
SAID: Sequence[tuple[str, str, Sequence[str], float]] = (
    (
        "For the swap on Sunday call Radu at home, his private number is 0745 010 099.",
        "personal-data",
        ("This is his family's number, he did not agree.", "Please take the number out."),
        21,
    ),
    ("Whoever parked the spreader in bay 9 again should try using their eyes.", "insult", ("",), 5),
    ("Selling two concert tickets for Saturday, row 12. Cash only.", "off-topic", ("",), 0.4),
    ("Great rates on used vans, write to my cousin!", "off-topic", ("Third time this week.",), 74),
)


def report_some(channels: Mapping[str, Channel], admin: Person) -> None:
    """Say and report it. Call it inside the action that loads the demo."""
    public = [each for _slug, each in sorted(channels.items()) if each.kind == "public"]
    for (body, reason, notes, hours), channel in zip(SAID, public, strict=False):
        members = _members(channel)
        if len(members) <= len(notes):
            continue
        author, *others = members
        moment = now() - timedelta(hours=hours)
        post, _new = create_post(author, channel, body, at=moment - timedelta(minutes=9))
        made = [
            report(other, "post", post.id, reason, note)[0]
            for other, note in zip(others, notes, strict=False)
        ]
        case = db.session.get_one(Case, made[0].case_id)
        _set_back(case, hours)
        if hours > 48:
            made_then = decide(admin, case, Verdict("remove", rule=reason, sanction="warn"))
            made_then.at = case.decided_at = now() - timedelta(hours=hours - 2)


def _members(channel: Channel) -> list[Person]:
    statement = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.channel_id == channel.id, Membership.role == "member")
        .where(Person.role == "employee")
        .order_by(Person.id.desc())
    )
    return list(db.session.scalars(statement))


def _set_back(case: Case, hours: float) -> None:
    """Let it have been reported some time ago."""
    before = timedelta(hours=hours)
    case.opened_at -= before
    if case.due_at is not None:
        case.due_at -= before
    reports = db.session.scalars(select(Report).where(Report.case_id == case.id)).all()
    lines = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).all()
    for said in reports:
        said.at -= before
    for line in lines:
        line.at -= before
    db.session.flush()
