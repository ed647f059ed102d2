"""Publishing: an announcement gets its recipients, in one statement, and the ladder begins."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from enterprise_social.announcements import checks, ladder, policy
from enterprise_social.announcements.actions.calling import (
    call_approvers,
    tell_author,
    tell_author_why_not,
)
from enterprise_social.announcements.actions.commenting import open_comments
from enterprise_social.announcements.actions.composing import begin, lock_draft, prepared
from enterprise_social.announcements.actions.recipients import (
    begin_in_own_zones,
    insert_recipients,
)
from enterprise_social.announcements.actions.stepping import schedule_ladder
from enterprise_social.announcements.events import (
    AnnouncementPublished,
    ApprovalAsked,
    ExpiryDue,
    PublishingDue,
)
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries.settings import policy_of
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person


@action
def publish(actor: Person, announcement: Announcement, *, version: int) -> Announcement:
    """Send an announcement to its audience, now or at its time.

    ``version`` is the one that the actor confirmed. Where a second person must agree it waits for
    them. Published twice it stays as it is. Raises Forbidden, Invalid, and Conflict where it was
    changed since.
    """
    current = lock(Announcement, announcement.id)
    if current.state in (*policy.SHOWN_STATES, "waiting", "scheduled"):
        require(policy.may_manage(actor, current), _("This is not your announcement."))
        return current
    current = lock_draft(actor, current)
    if current.version != version:
        raise Conflict(_("It was changed meanwhile. Look at it once more."))
    checks.require_complete(current)
    count = checks.require_reach(actor, current)
    hold_sender(current)
    checks.require_quota(current)
    if checks.needs_approval(current, count):
        current.state = "waiting"
        current.updated_at = now()
        audit.record(actor, "announcements.asked", _target(current), {"people": count})
        announce(ApprovalAsked(current.id))
        call_approvers(current, actor)
        return current
    return _schedule_or_go(actor, current)


def send(
    actor: Person,
    *,
    client_id: str | None = None,
    in_name_of: Person | None = None,
    **fields: Any,
) -> tuple[Announcement, bool]:
    """Write and publish in one step; return it and whether it is new. Refused, nothing is kept.

    Sent again with the same ``client_id`` it gives the first one. Raises as ``create_draft`` and
    ``publish`` do.
    """
    return _send(actor, client_id, in_name_of, prepared(actor, fields))


@action
def _send(
    actor: Person, client_id: str | None, in_name_of: Person | None, values: dict[str, Any]
) -> tuple[Announcement, bool]:
    draft, is_new = begin(actor, client_id, in_name_of, values)
    if not is_new:
        return draft, False
    return publish(actor, draft, version=draft.version), True


@action
def approve(
    actor: Person, announcement: Announcement, *, version: int | None = None
) -> Announcement:
    """Give the second person's word; ``version`` is the one that they have read.

    Raises Forbidden, Conflict where it was changed since, and what stands against sending it now.
    """
    current = lock(Announcement, announcement.id)
    require(policy.may_approve(actor, current), _("You can't approve this announcement."))
    if version is not None and current.version != version:
        raise Conflict(_("It was changed meanwhile. Look at it once more."))
    current.approved_by_id = actor.id
    hold_sender(current)
    checks.require_still(db.session.get_one(Person, current.author_id), current)
    audit.record(actor, "announcements.approved", _target(current))
    tell_author(current, approved=True)
    return _schedule_or_go(actor, current)


@action
def send_back(actor: Person, announcement: Announcement) -> Announcement:
    """Refuse to approve: it is its author's draft again. Raises Forbidden."""
    current = lock(Announcement, announcement.id)
    require(policy.may_approve(actor, current), _("You can't decide on this announcement."))
    current.state = "draft"
    current.version += 1
    audit.record(actor, "announcements.sent_back", _target(current))
    tell_author(current, approved=False)
    return current


@action
def publish_scheduled(announcement_id: int, version: int) -> None:
    """Send what is scheduled; does nothing where it was changed, sent or thrown away meanwhile."""
    current = db.session.get(Announcement, announcement_id, with_for_update=True)
    if current is None or current.state != "scheduled" or current.version != version:
        return
    hold_sender(current)
    author = db.session.get_one(Person, current.author_id)
    with force_locale(author.locale or "en"):
        try:
            checks.require_still(author, current)
        except AppError as error:
            # Somebody who left or lost the right, an audience that grew beyond them.
            _give_back(author, current, error)
            return
    _go(author, current)


def hold_sender(current: Announcement) -> None:
    """Let what one sender sends be counted one after the other."""
    for person_id in sorted({current.author_id, current.in_name_of_id or current.author_id}):
        lock(Person, person_id)


def _give_back(author: Person, current: Announcement, error: AppError) -> None:
    said = error.errors if isinstance(error, Invalid) else {}
    why = next((each[0] for each in said.values()), error.detail)
    current.state = "draft"
    current.version += 1
    audit.record(None, "announcements.not_sent", _target(current), {"why": why})
    if author.is_active:
        tell_author_why_not(current, why)


def _schedule_or_go(actor: Person, current: Announcement) -> Announcement:
    if current.publish_at is not None and current.publish_at > now():
        current.state = "scheduled"
        current.updated_at = now()
        announce(PublishingDue(current.id, current.version), run_at=current.publish_at)
        audit.record(actor, "announcements.scheduled", _target(current))
        return current
    return _go(actor, current)


def _go(actor: Person, current: Announcement) -> Announcement:
    moment = now()
    if current.expires_at is not None and current.expires_at <= moment:
        raise Conflict(_("Its end has passed already."))
    current.state = "published"
    current.published_at = current.updated_at = moment
    chosen = policy_of(current.priority)
    current.ladder = {"steps": chosen["steps"], "repeat": chosen["repeat"]}
    count = insert_recipients(current, moment)
    if count == 0:
        raise Invalid(errors={"audience_text": [_("Nobody would get it.")]})
    if current.local_at:
        begin_in_own_zones(current, moment)
    if policy.wants_comments(current):
        open_comments(current)
    schedule_ladder(current)
    if current.expires_at is not None:
        announce(ExpiryDue(current.id), run_at=current.expires_at)
    audit.record(actor, "announcements.published", _target(current), _facts(current))
    announce(AnnouncementPublished(current.id))
    live.control("announce", announcement_id=current.id)
    return current


def _target(current: Announcement) -> str:
    return f"announcement:{current.id}"


def _facts(current: Announcement) -> dict[str, Any]:
    return {
        "priority": current.priority,
        "people": current.recipient_count,
        "drill": current.drill,
        "reason": current.reason,
        "steps": len(ladder.ways_of_step(current.ladder or ladder.DEFAULTS["routine"], 0)),
    }
