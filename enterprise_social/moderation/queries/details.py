"""A case with all that those who judge it are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Select, or_, select

from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.files.models import File
from enterprise_social.files.queries import COLUMNS as FILE_COLUMNS
from enterprise_social.files.queries import Attachment, attachment
from enterprise_social.moderation.models import Appeal, Case, CaseEvent, Decision, Report
from enterprise_social.moderation.policy import judges_everywhere
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_ids
from enterprise_social.posts.models import Post, PostFile

T = TypeVar("T")
MOST_SIMILAR = 6
MOST_EVENTS = 200


@dataclass(frozen=True)
class Said:
    """A post as those who judge see it: also hidden, and as long as it can come back removed."""

    post: Post
    author: Person
    reported: bool
    files: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Similar:
    """An earlier case of the same author, or for the same reason."""

    case: Case
    decision: Decision
    same_author: bool


@dataclass(frozen=True)
class Details:
    """A case with everything around it. ``people`` are those named in it, by their ids."""

    case: Case
    channel: Channel | None
    post: Post | None
    said: Sequence[Said]
    reports: Sequence[Report]
    events: Sequence[CaseEvent]
    decisions: Sequence[Decision]
    appeal: Appeal | None
    similar: Sequence[Similar]
    people: dict[int, Person] = field(default_factory=dict)
    file: File | None = None
    is_member: bool = False

    @property
    def decision(self) -> Decision | None:
        """The decision that stands."""
        return next((one for one in self.decisions if one.undone_at is None), None)

    @property
    def author(self) -> Person | None:
        """Whom it is about."""
        return self.people.get(self.case.author_id or 0)


def details_of(viewer: Person, case: Case) -> Details:
    """Return what a viewer who may judge a case is shown of it, in a fixed number of queries."""
    reports = _all(select(Report).where(Report.case_id == case.id).order_by(Report.id))
    events = _all(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id)
        .order_by(CaseEvent.id)
        .limit(MOST_EVENTS)
    )
    decisions = _all(
        select(Decision).where(Decision.case_id == case.id).order_by(Decision.id.desc())
    )
    appeals = _all(
        select(Appeal)
        .where(Appeal.decision_id.in_([one.id for one in decisions]))
        .order_by(Appeal.id.desc())
    )
    posts = _posts(viewer, case)
    named = {one.reporter_id for one in reports} | {one.actor_id for one in events}
    named |= {one.decider_id for one in decisions} | {one.judge_id for one in appeals}
    named |= {one.details.get("assignee_id") for one in events}
    named |= {one.author_id for one in posts} | {case.author_id, case.assignee_id}
    people = by_ids(each for each in named if each is not None)
    files = _files([post.id for post in posts])
    return Details(
        case=case,
        channel=db.session.get(Channel, case.channel_id) if case.channel_id else None,
        post=next((post for post in posts if post.id == case.post_id), None),
        said=[
            Said(post, people[post.author_id], post.id == case.post_id, files.get(post.id, ()))
            for post in posts
        ],
        reports=reports,
        events=events,
        decisions=decisions,
        appeal=appeals[0] if appeals else None,
        similar=_similar(viewer, case),
        people=people,
        file=db.session.get(File, case.target_id) if case.target_kind == "file" else None,
        is_member=_is_member(case),
    )


def _all(statement: Select[T]) -> Sequence[T]:
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def _posts(viewer: Person, case: Case) -> Sequence[Post]:
    wanted = [*case.context_ids, *([case.post_id] if case.post_id else [])]
    if not wanted:
        return []
    statement = select(Post).where(Post.id.in_(wanted)).order_by(Post.created_at, Post.id)
    found = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    everywhere = judges_everywhere(viewer)
    # What others took away, or what is hidden for another reason, isn't for this case; and where
    # its thread was moved, what stood around it isn't for those who lead the channel it came to.
    around = [
        post
        for post in found
        if not (post.deleted or post.hidden) and (everywhere or post.channel_id == case.channel_id)
    ]
    return [post for post in found if post.id == case.post_id or post in around]


def _files(post_ids: Sequence[int]) -> dict[int, list[Attachment]]:
    if not post_ids:
        return {}
    rows = db.session.execute(
        select(PostFile.post_id, *FILE_COLUMNS)
        .join(File, File.id == PostFile.file_id)
        .where(PostFile.post_id.in_(post_ids), File.deleted_at.is_(None))
        .order_by(PostFile.post_id, PostFile.position)
    )
    found: dict[int, list[Attachment]] = {}
    for row in rows:
        found.setdefault(row.post_id, []).append(attachment(row))
    return found


def _similar(viewer: Person, case: Case) -> Sequence[Similar]:
    """Return earlier cases that the viewer judges as well: not of other places, nor their own."""
    same = [Case.reason == case.reason]
    if case.author_id is not None:
        same.append(Case.author_id == case.author_id)
    statement = (
        select(Case, Decision)
        .join(Decision, Decision.case_id == Case.id)
        .where(Case.id != case.id, Decision.undone_at.is_(None), or_(*same))
        .where(visible(Case, viewer))
        # Those of the same author first: they are what a decision has to be fair to.
        .order_by((Case.author_id == case.author_id).desc(), Decision.at.desc())
        .limit(MOST_SIMILAR)
    )
    return [
        Similar(row[0], row[1], row[0].author_id == case.author_id)
        for row in db.session.execute(statement)
    ]


def _is_member(case: Case) -> bool:
    if case.channel_id is None or case.author_id is None:
        return False
    return db.session.get(Membership, (case.channel_id, case.author_id)) is not None
