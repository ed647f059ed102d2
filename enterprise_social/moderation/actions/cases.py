"""Cases: opened, assigned, noted on, and told to those who judge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.channels.models import Channel
from enterprise_social.core import live
from enterprise_social.core.access import find, require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.moderation import policy, settings
from enterprise_social.moderation.events import CaseChanged, CaseDue, CaseOpened
from enterprise_social.moderation.models import LONGEST_NOTE, Case, CaseEvent
from enterprise_social.moderation.queries.judges import judges_of
from enterprise_social.moderation.queries.targets import target_of
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post


@action
def open_case(
    kind: str,
    target_kind: str,
    target_id: int,
    channel_id: int | None,
    reason: str,
    opened_by: Person | None = None,
) -> Case:
    """Have something looked at; where it is looked at already, return that case.

    ``kind`` is one of models.KINDS: ``report`` (people said so), ``held`` (not to be seen until
    somebody approves) or ``flagged`` (seen, but a rule points at it). ``target_kind`` is one of
    models.TARGETS, ``reason`` the key of a reason or the name of a rule, at most 40 characters.
    ``opened_by`` is who reported it, None where it was the installation. Raises NotFound where the
    thing isn't there (any more). The caller has checked what ``opened_by`` may see, and locked the
    thing's channel.
    """
    known = open_case_of(target_kind, target_id)
    if known is not None:
        return known
    target = target_of(target_kind, target_id, opened_by.id if opened_by else None)
    case = Case(
        kind=kind,
        target_kind=target_kind,
        target_id=target_id,
        channel_id=channel_id if channel_id is not None else target.channel_id,
        post_id=target.post_id,
        author_id=target.author_id,
        reason=reason,
        state="open",
        said=target.said,
        context_ids=list(target.context_ids),
        report_count=0,
        opened_by_id=opened_by.id if opened_by else None,
        opened_at=now(),
        version=1,
    )
    db.session.add(case)
    db.session.flush()
    set_due(case)
    if kind != "report":
        note(case, None, "opened", details={"kind": kind, "reason": reason})
    announce(CaseOpened(case.id))
    tell_judges(case)
    return case


def set_due(case: Case) -> None:
    """Set until when an open case should be decided; those who judge hear when that passes.

    ``case`` has its id already; the caller has it locked, or has just made it.
    """
    case.due_at = now() + timedelta(hours=settings.target_hours())
    db.session.flush()
    announce(CaseDue(case.id), run_at=case.due_at)


def open_case_of(target_kind: str, target_id: int) -> Case | None:
    """Return the case about a thing that waits for a decision, or None."""
    statement = select(Case).where(
        Case.target_kind == target_kind, Case.target_id == target_id, Case.state == "open"
    )
    return db.session.scalars(statement.execution_options(populate_existing=True)).first()


@action
def lock_case(case: Case, also: int | None = None) -> Case:
    """Lock a case after its channel and post, in the order in which everybody locks them.

    ``also`` is another channel that is to be changed, such as the one that a thread goes to.
    """
    if case.post_id is not None:
        post = db.session.get(Post, case.post_id, populate_existing=True)
        if post is not None:
            for channel_id in sorted({post.channel_id, also or post.channel_id}):
                lock(Channel, channel_id)
            lock(Post, post.id)
    return lock(Case, case.id)


@action
def judged_by(actor: Person | None, case: Case, also: int | None = None) -> Case:
    """Lock a case for somebody who judges it. Raises NotFound for who may not see it."""
    if actor is None:
        return lock_case(case, also)
    find(Case, case.id, actor)
    locked = lock_case(case, also)
    # Once more: what the actor leads may have changed while they waited for their turn.
    return find(Case, locked.id, actor)


@action
def assign(actor: Person, case: Case, assignee: Person | None) -> Case:
    """Have somebody look after a case, or nobody. Raises Conflict for one who may not judge it."""
    case = judged_by(actor, case)
    if not case.is_open and case.state != "appealed":
        raise Conflict(_("This is decided already."))
    if assignee is not None and assignee.id not in judges_of(case):
        raise Conflict(_("%(name)s may not judge this.", name=assignee.name))
    if case.assignee_id == (assignee.id if assignee else None):
        return case
    case.assignee_id = assignee.id if assignee else None
    note(case, actor, "assigned", details={"assignee_id": case.assignee_id})
    changed(case)
    return case


@action
def write_note(actor: Person, case: Case, text: str) -> CaseEvent:
    """Write down something for the others who judge. Raises Invalid."""
    text = checked_note(text)
    if not text:
        raise Invalid(errors={"note": [_("Write something first.")]})
    case = judged_by(actor, case)
    written = note(case, actor, "noted", text)
    changed(case)
    return written


def checked_note(text: str, field: str = "note") -> str:
    """Return a note as it is kept. Raises Invalid where it is too long."""
    text = text.replace("\x00", "").strip()
    if len(text) > LONGEST_NOTE:
        raise Invalid(errors={field: [_("At most %(most)d characters.", most=LONGEST_NOTE)]})
    return text


@action
def note(
    case: Case,
    actor: Person | None,
    what: str,
    text: str = "",
    details: dict[str, Any] | None = None,
) -> CaseEvent:
    """Add a line to a case's history."""
    line = CaseEvent(
        case_id=case.id,
        at=now(),
        actor_id=actor.id if actor else None,
        what=what,
        note=text,
        details=details or {},
    )
    db.session.add(line)
    db.session.flush()
    return line


@action
def changed(case: Case) -> None:
    """Tell of a change of a case: to pages at once, to the rest by an event."""
    case.version += 1
    db.session.flush()
    announce(CaseChanged(case.id))
    tell_judges(case)


@action
def tell_judges(case: Case) -> None:
    """Let the pages of those who judge know that a case is new or another; not what is in it."""
    payload = {"case_id": case.id, "state": case.state, "version": case.version}
    for person_id in sorted(judges_of(case)):
        live.personal(person_id, "case_changed", payload)


def require_everywhere(actor: Person | None) -> None:
    """Raise Forbidden for who does not judge everywhere."""
    require(policy.judges_everywhere(actor), _("Only moderators of the organisation may do this."))
