"""How an announcement ends, and what follows it to the same people."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, literal, select, update

from enterprise_social.announcements import checks, policy
from enterprise_social.announcements.actions.attaching import drop_files
from enterprise_social.announcements.actions.commenting import close_comments, open_comments
from enterprise_social.announcements.actions.composing import create_draft
from enterprise_social.announcements.actions.publishing import hold_sender
from enterprise_social.announcements.actions.stepping import schedule_ladder
from enterprise_social.announcements.events import AnnouncementEnded, AnnouncementPublished
from enterprise_social.announcements.models import PRIORITIES, Announcement, Recipient
from enterprise_social.announcements.queries.settings import policy_of
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin

FOLLOWING = ("correction", "follow_up", "all_clear")


@action
def end(actor: Person, announcement: Announcement, *, ended_as: str = "all_clear") -> Announcement:
    """Stop every step: it is over (``all_clear``), or should not have been (``withdrawn``).

    Ended twice it stays as it is. Raises Forbidden, and Conflict before it is published.
    """
    current = lock(Announcement, announcement.id)
    require(
        policy.may_manage(actor, current) or is_admin(actor),
        _("This is not your announcement."),
    )
    if current.state == "ended":
        return current
    if current.state != "published":
        raise Conflict(_("It is not published."))
    if ended_as not in ("all_clear", "withdrawn"):
        raise Invalid(errors={"ended_as": [_("Choose all-clear or withdrawn.")]})
    _close(current, actor, ended_as)
    return current


@action
def expire(announcement_id: int) -> None:
    """End an announcement whose time is over; does nothing where it ended or was prolonged."""
    current = db.session.get(Announcement, announcement_id, with_for_update=True)
    if current is None or not current.is_open or current.expires_at is None:
        return
    if current.expires_at <= now():
        _close(current, None, "expired")


def follow_up(
    actor: Person, announcement: Announcement, *, kind: str, client_id: str, **fields: Any
) -> Announcement:
    """Send a correction, a follow-up or the all-clear to the very same people, at once.

    An all-clear ends what it follows. Sent again with the same ``client_id`` nothing happens
    twice. Raises Forbidden, Conflict and Invalid.
    """
    if kind not in FOLLOWING:
        raise Invalid(errors={"kind": [_("Choose correction, follow-up or all-clear.")]})
    fields.setdefault("priority", announcement.priority)
    return _follow(actor, announcement, kind, client_id, fields)


@action
def _follow(
    actor: Person, announcement: Announcement, kind: str, client_id: str, fields: dict[str, Any]
) -> Announcement:
    first = lock(Announcement, announcement.id)
    require(policy.may_manage(actor, first), _("This is not your announcement."))
    if first.state not in policy.SHOWN_STATES:
        raise Conflict(_("It is not published."))
    require(policy.may_go_on(actor, first), _("You may not announce to these people any more."))
    draft, is_new = create_draft(actor, client_id=client_id, **fields)
    if not is_new:
        if draft.follows_id != first.id:
            raise Conflict(_("This was used for another announcement already."))
        return draft
    if PRIORITIES.index(draft.priority) > PRIORITIES.index(first.priority):
        raise Invalid(errors={"priority": [_("It can't be more urgent than what it follows.")]})
    if not draft.title:
        raise Invalid(errors={"title": [_("It needs a title.")]})
    moment = now()
    draft.kind, draft.follows_id, draft.drill = kind, first.id, first.drill
    draft.audience_text, draft.audience = first.audience_text, first.audience
    draft.in_name_of_id = None if first.in_name_of_id == actor.id else first.in_name_of_id
    draft.reason = first.reason
    if not (kind == "all_clear" and first.is_open):
        # What ends an alarm goes out in any case.
        _require_right(actor, draft)
    draft.state, draft.published_at = "published", moment
    chosen = policy_of(draft.priority)
    draft.ladder = {"steps": chosen["steps"], "repeat": chosen["repeat"]}
    db.session.flush()
    _same_people(first, draft)
    if policy.wants_comments(draft):
        open_comments(draft)
    schedule_ladder(draft)
    if kind == "all_clear" and first.is_open:
        _close(first, actor, "all_clear")
    audit.record(actor, f"announcements.{kind}", f"announcement:{first.id}", {"by": draft.id})
    announce(AnnouncementPublished(draft.id))
    live.control("announce", announcement_id=draft.id)
    return draft


def _require_right(actor: Person, draft: Announcement) -> None:
    speaker = actor
    if draft.in_name_of_id is not None:
        speaker = db.session.get_one(Person, draft.in_name_of_id)
    if draft.audience is not None:
        checks.require_within(speaker, draft)
    hold_sender(draft)
    checks.require_quota(draft, sent_only=True)


def _same_people(first: Announcement, draft: Announcement) -> None:
    # The very moment of publishing: who has it from the beginning is not called a second time.
    moment = literal(draft.published_at, Recipient.begins_at.type)
    begun = select(
        literal(draft.id), Recipient.person_id, Recipient.stands_in_for_id, moment, moment
    ).where(Recipient.announcement_id == first.id, Recipient.begins_at <= now())
    columns = ["announcement_id", "person_id", "stands_in_for_id", "begins_at", "next_step_at"]
    db.session.execute(insert(Recipient).from_select(columns, begun))
    counting = select(func.count()).where(Recipient.announcement_id == draft.id)
    draft.recipient_count = db.session.execute(counting).scalar_one()


def _close(current: Announcement, actor: Person | None, ended_as: str) -> None:
    current.state = "ended"
    current.ended_at = current.updated_at = now()
    current.ended_by_id = None if actor is None else actor.id
    current.ended_as = ended_as
    current.ladder_at = None
    db.session.flush()
    db.session.execute(
        update(Recipient)
        .where(Recipient.announcement_id == current.id, Recipient.next_step_at.is_not(None))
        .values(next_step_at=None)
        .execution_options(synchronize_session=False)
    )
    if current.kind == "test":
        # Copies, made for this hour.
        drop_files(current.id)
    close_comments(current, actor)
    audit.record(actor, f"announcements.{ended_as}", f"announcement:{current.id}")
    announce(AnnouncementEnded(current.id))
    live.control("announcement_ended", announcement_id=current.id)
