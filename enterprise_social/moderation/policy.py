"""Who may see and judge what is reported, and who may appeal.

Whoever has the right ``moderate`` judges everywhere, those who lead a channel judge what stands in
it. Nobody sees a case about themselves, or about a conversation that they are in: reporters stay
unnamed to those whom they reported.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, not_, or_, select

from enterprise_social.channels.models import STORYLINE, Channel, Membership
from enterprise_social.channels.policy import LEADERS
from enterprise_social.core.access import visibility, visible
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.files.models import File
from enterprise_social.files.policy import seen_by
from enterprise_social.moderation import settings
from enterprise_social.moderation.models import Appeal, Case, Decision
from enterprise_social.people.models import Person, Right
from enterprise_social.people.policy.rights import has_right
from enterprise_social.posts.models import PostFile

# Of a channel; profiles and conversations are for those who judge everywhere.
IN_CHANNELS = ("post", "file")
# Sanctions that hold wherever somebody is.
EVERYWHERE = ("mute", "suspend")


def judges_everywhere(actor: Person | None) -> bool:
    """Tell whether the actor judges whatever is reported; None is the installation."""
    return has_right(actor, "moderate")


@visibility(Case)
def visible_cases(viewer: Any) -> ColumnElement[bool]:
    """What the viewer may judge: everything, or what stands in channels that they lead."""
    of_others = or_(Case.author_id.is_(None), Case.author_id != viewer.id)
    led = (
        select(Membership.channel_id)
        .join(Channel, Channel.id == Membership.channel_id)
        .where(Membership.person_id == viewer.id, Membership.role.in_(LEADERS))
        .where(Channel.kind.not_in(("direct", STORYLINE)))
    )
    in_led = and_(Case.channel_id.in_(led), Case.target_kind.in_(IN_CHANNELS))
    inside = select(Membership.channel_id).where(Membership.person_id == viewer.id)
    talks = select(Channel.id).where(Channel.kind == "direct", Channel.id.in_(inside))
    takes_part = and_(Case.target_kind == "conversation", Case.channel_id.in_(talks))
    return and_(of_others, not_(takes_part), or_(_judges_everywhere(viewer), in_led))


def _judges_everywhere(viewer: Any) -> ColumnElement[bool]:
    granted = exists().where(Right.person_id == viewer.id, Right.name == "moderate")
    is_admin, is_guest = viewer.role == "admin", viewer.role == "guest"
    if isinstance(is_admin, bool):
        is_admin, is_guest = literal(is_admin), literal(is_guest)
    return or_(is_admin, and_(granted, not_(is_guest)))


@seen_by
def files_of_cases(viewer: Any) -> ColumnElement[bool]:
    """The files of posts that the viewer judges, hidden or not."""
    return exists().where(
        PostFile.file_id == File.id,
        Case.post_id == PostFile.post_id,
        Case.state != "settled",
        visible_cases(viewer),
    )


def may_suspend(actor: Person | None) -> bool:
    """Suspending and muting hold everywhere, so it takes who judges everywhere."""
    return judges_everywhere(actor)


def may_move(actor: Person | None) -> bool:
    """A thread goes to another channel by the word of who judges in both."""
    return judges_everywhere(actor)


def reads(actor: Person | None, channel_id: int) -> bool:
    """Tell whether somebody reads all of a channel, and not only what is reported in it."""
    if actor is None:
        return True
    statement = select(Channel.id).where(Channel.id == channel_id, visible(Channel, actor))
    return db.session.execute(statement).first() is not None


def may_undo(actor: Person | None, decision: Decision) -> bool:
    """What the organisation's moderators decided, they take back; who leads a channel the rest."""
    if judges_everywhere(actor) or actor is None:
        return True
    if decision.sanction in EVERYWHERE or decision.act == "move":
        return False
    decider = db.session.get(Person, decision.decider_id) if decision.decider_id else None
    return decider is None or decider.id == actor.id or not judges_everywhere(decider)


def can_be_appealed(decision: Decision, appeal: Appeal | None) -> bool:
    """Tell whether a decision went against somebody, stands, and is young enough."""
    against = decision.act not in ("dismiss", "restore") or bool(decision.sanction)
    return (
        against and appeal is None and decision.undone_at is None and now() < appeal_until(decision)
    )


def appeal_until(decision: Decision) -> Any:
    """Return until when a decision can be appealed."""
    return decision.at + timedelta(days=settings.appeal_days())


def may_judge_appeal(actor: Person | None, decision: Decision) -> bool:
    """Somebody else than who decided, with the right to judge everywhere."""
    if actor is None:
        return True
    return judges_everywhere(actor) and decision.decider_id != actor.id


def concerns_author(case: Case, decision: Decision) -> bool:
    """Tell whether the author has to hear of it: not of what was never to be seen by them."""
    known = case.kind == "held" or decision.before.get("hidden") or decision.before.get("deleted")
    return decision.act != "dismiss" or bool(known)
