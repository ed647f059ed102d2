"""Who may announce to whom, and who may see what came of it. Asked here and nowhere else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, literal, or_, select, true

from enterprise_social.announcements import audience
from enterprise_social.announcements.models import (
    Announcement,
    AnnouncementFile,
    AnnouncementRight,
    CommentThread,
    Delegation,
    Recipient,
    Responder,
    Template,
    TemplateFile,
)
from enterprise_social.channels.policy import comments_read_by
from enterprise_social.core.access import visibility
from enterprise_social.core.clock import now
from enterprise_social.core.db import UTCDateTime, db
from enterprise_social.files.models import File
from enterprise_social.files.policy import hangs_on
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin, is_manager
from enterprise_social.people.policy.guests import is_guest, reads

SHOWN_STATES = ("published", "ended")
# No channel that somebody names can have a dot in its address.
COMMENTS_SLUG = "announcements."


@visibility(Announcement)
def visible(viewer: Any) -> ColumnElement[bool]:
    """What one wrote oneself, and what was published to one and has begun."""
    mine = exists().where(
        Recipient.announcement_id == Announcement.id,
        Recipient.person_id == viewer.id,
        # Asked for whenever the statement is run: some of them are built once.
        Recipient.begins_at <= bindparam(None, callable_=now, type_=UTCDateTime(), unique=True),
    )
    published = Announcement.state.in_(SHOWN_STATES)
    to_approve = and_(Announcement.state == "waiting", _role(viewer).in_(("manager", "admin")))
    return or_(
        _manages(viewer),
        and_(published, or_(mine, _answers_for(viewer))),
        to_approve,
    )


@hangs_on(AnnouncementFile.file_id)
def files_of_visible(viewer: Any) -> ColumnElement[bool]:
    """The files of announcements that the viewer may see; once withdrawn, its recipients don't."""
    text_shown = Announcement.ended_as != "withdrawn"
    return exists().where(
        AnnouncementFile.file_id == File.id,
        Announcement.id == AnnouncementFile.announcement_id,
        visible(viewer),
        or_(text_shown, _manages(viewer), _answers_for(viewer)),
    )


@comments_read_by
def may_read_comments(viewer: Any, channel_id: Any) -> ColumnElement[bool]:
    """The comments on announcements that the viewer may see, as it is with their files."""
    text_shown = Announcement.ended_as != "withdrawn"
    return exists().where(
        CommentThread.channel_id == channel_id,
        Announcement.id == CommentThread.announcement_id,
        visible(viewer),
        or_(text_shown, _manages(viewer), _answers_for(viewer)),
    )


def comment_readers(announcement: Announcement) -> ColumnElement[bool]:
    """The people who may read the comments of one announcement, as ``may_read_comments`` says."""
    responds = exists().where(
        Responder.announcement_id == announcement.id, Responder.person_id == Person.id
    )
    senders = (announcement.author_id, announcement.in_name_of_id)
    allowed = [Person.id.in_(senders), Person.role == "admin", responds]
    if announcement.ended_as != "withdrawn":
        told = exists().where(
            Recipient.announcement_id == announcement.id,
            Recipient.person_id == Person.id,
            Recipient.begins_at <= now(),
        )
        allowed.append(told)
    return or_(*allowed)


@reads
def read_as_sender(viewer: Any) -> ColumnElement[bool]:
    """Whoever sent a guest an announcement."""
    sender = or_(Announcement.author_id == Person.id, Announcement.in_name_of_id == Person.id)
    return exists().where(
        sender,
        Announcement.state.in_(SHOWN_STATES),
        Recipient.announcement_id == Announcement.id,
        Recipient.person_id == viewer.id,
        Recipient.begins_at <= now(),
    )


def comments_slug(announcement_id: int) -> str:
    """Return the address of the channel that holds an announcement's comments."""
    return f"{COMMENTS_SLUG}{announcement_id}"


def wants_comments(announcement: Announcement) -> bool:
    """Tell whether it begins with comments: critical ones do only where that was chosen."""
    if announcement.comments is None:
        return announcement.priority != "critical"
    return announcement.comments


def _manages(viewer: Any) -> ColumnElement[bool]:
    return or_(Announcement.author_id == viewer.id, Announcement.in_name_of_id == viewer.id)


def _answers_for(viewer: Any) -> ColumnElement[bool]:
    responds = exists().where(
        Responder.announcement_id == Announcement.id, Responder.person_id == viewer.id
    )
    return or_(responds, _role(viewer) == "admin")


def _role(viewer: Any) -> ColumnElement[str]:
    role = viewer.role
    return role if isinstance(role, ColumnElement) else literal(role)


@visibility(Template)
def visible_templates(viewer: Any) -> ColumnElement[bool]:
    """One's own templates, and those that are shared."""
    return or_(Template.owner_id == viewer.id, Template.shared)


@hangs_on(TemplateFile.file_id)
def files_of_templates(viewer: Any) -> ColumnElement[bool]:
    """The files of templates, for their owner, and of shared ones for who may announce at all."""
    granted = exists().where(AnnouncementRight.person_id == viewer.id)
    announces = or_(_role(viewer).in_(("manager", "admin")), granted)
    return exists().where(
        TemplateFile.file_id == File.id,
        Template.id == TemplateFile.template_id,
        or_(Template.owner_id == viewer.id, and_(Template.shared, announces)),
    )


def may_announce(actor: Person) -> bool:
    """Tell whether the actor may announce to anybody at all."""
    return is_manager(actor) or bool(rights_of(actor))


def rights_of(actor: Person) -> list[AnnouncementRight]:
    """Return the rights that admins granted the actor; guests announce nothing."""
    if not actor.is_active or is_guest(actor):
        return []
    statement = select(AnnouncementRight).where(AnnouncementRight.person_id == actor.id)
    return list(db.session.scalars(statement.order_by(AnnouncementRight.id)))


def reach(actor: Person, *, critical: bool) -> ColumnElement[bool]:
    """Return the condition for the people to whom the actor may announce.

    Admins reach everyone, managers their own line, and everybody whom a granted right says.
    """
    if is_admin(actor):
        return true()
    allowed: list[ColumnElement[bool]] = []
    if is_manager(actor):
        allowed += _own_line(actor)
    for right in rights_of(actor):
        if critical and not right.may_be_critical:
            continue
        if right.scope == "everyone":
            return true()
        if right.scope == "line":
            allowed += _own_line(actor)
        elif right.rule is not None:
            allowed.append(audience.condition(right.rule))
    return or_(*allowed) if allowed else false()


def _own_line(actor: Person) -> list[ColumnElement[bool]]:
    return [audience.condition({"below": actor.id}), Person.id == actor.id]


def may_speak_for(actor: Person, principal: Person) -> bool:
    """Tell whether the actor may announce in the principal's name."""
    if actor.id == principal.id:
        return True
    statement = select(Delegation.delegate_id).where(
        Delegation.principal_id == principal.id, Delegation.delegate_id == actor.id
    )
    may = principal.is_active and not is_guest(actor)
    return may and db.session.execute(statement).first() is not None


def may_manage(actor: Person, announcement: Announcement) -> bool:
    """Tell whether the actor may change, end and follow up an announcement."""
    return actor.is_active and actor.id in (announcement.author_id, announcement.in_name_of_id)


def may_go_on(actor: Person, announcement: Announcement) -> bool:
    """Tell whether the actor may still call those who have it: only who may announce today."""
    principal = announcement.in_name_of_id
    speaker = actor if principal is None else db.session.get_one(Person, principal)
    return (
        may_manage(actor, announcement)
        and may_speak_for(actor, speaker)
        and (may_announce(speaker) or announcement.kind == "test")
    )


def may_see_board(actor: Person, announcement: Announcement) -> bool:
    """Tell whether the actor may see who was reached: who sent it, who answers for it, admins."""
    if announcement.state not in SHOWN_STATES:
        return False
    return may_manage(actor, announcement) or is_admin(actor) or responds(actor, announcement)


def responds(actor: Person, announcement: Announcement) -> bool:
    """Tell whether the actor is told of those who need help."""
    statement = select(Responder.person_id).where(
        Responder.announcement_id == announcement.id, Responder.person_id == actor.id
    )
    return actor.is_active and db.session.execute(statement).first() is not None


def may_approve(actor: Person, announcement: Announcement) -> bool:
    """Tell whether the actor may give the second person's word: a manager, but not the author."""
    return (
        announcement.state == "waiting"
        and actor.id not in (announcement.author_id, announcement.in_name_of_id)
        and is_manager(actor)
    )


def may_set_policies(actor: Person | None) -> bool:
    """Tell whether the actor may change ladders, quotas and rights."""
    return is_admin(actor)
