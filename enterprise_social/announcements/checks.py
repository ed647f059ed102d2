"""What must hold before an announcement goes out; asked at confirming and again at publishing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from enterprise_social.announcements import audience, policy
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries.settings import policy_of
from enterprise_social.core.access import require
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Invalid
from enterprise_social.core.language import zone_of
from enterprise_social.people.models import Person
from enterprise_social.people.quiet import at_wall_clock

QUOTA_SPAN = timedelta(hours=24)


@dataclass(frozen=True)
class Outlook:
    """What would come of publishing now. ``errors`` stand at their fields."""

    count: int
    errors: dict[str, list[str]]
    needs_approval: bool


def outlook(actor: Person, current: Announcement) -> Outlook:
    """Return how many would get it, and what stands against it."""
    errors: dict[str, list[str]] = {}
    people = 0
    if current.audience is not None and _may_name(actor, current):
        people = audience.count(audience.condition_of(current))
    for check in (require_complete, lambda it: require_reach(actor, it), require_quota):
        try:
            if current.audience is not None or check is require_complete:
                check(current)
        except Invalid as error:
            errors |= error.errors
        except AppError as error:
            errors.setdefault("form", []).append(error.detail)
    return Outlook(people, errors, needs_approval(current, people))


def require_complete(current: Announcement) -> None:
    """Refuse what lacks something, or contradicts itself. Raises Invalid."""
    errors: dict[str, list[str]] = {}
    if not current.title:
        errors["title"] = [_("It needs a title.")]
    if current.audience is None:
        errors["audience_text"] = [_("Say who must get it.")]
    if current.asks == "answer" and len(current.choices) < 2:
        errors["choices"] = [_("Give at least two answers to choose from.")]
    if current.priority == "critical" and not current.drill and not current.reason:
        errors["reason"] = [_("Say why it can't wait: it passes through quiet hours.")]
    if current.due_at is not None and current.due_at <= now():
        errors["due_at"] = [_("This time has passed.")]
    if current.expires_at is not None and current.expires_at <= (current.publish_at or now()):
        errors["expires_at"] = [_("It would end before it begins.")]
    elif current.expires_at is not None and current.expires_at <= _last_beginning(current):
        errors["expires_at"] = [_("It would end before it begins for some of them.")]
    if errors:
        raise Invalid(errors=errors)


def _last_beginning(current: Announcement) -> datetime:
    """Return when it begins for the last of its people, who are behind in time."""
    if not current.local_at or current.audience is None:
        return now()
    zones = select(Person.time_zone).where(audience.condition_of(current)).distinct()
    found = [at_local(str(current.local_at), zone) for zone in db.session.scalars(zones)]
    return max(found, default=now())


def at_local(local: str, zone: str) -> datetime:
    """Return the moment at which a clock in a zone shows ``YYYY-MM-DDTHH:MM``."""
    wall = datetime.strptime(local, "%Y-%m-%dT%H:%M")  # noqa: DTZ007
    return at_wall_clock(wall.date(), wall.hour * 60 + wall.minute, zone_of(zone))


def require_reach(actor: Person, current: Announcement) -> int:
    """Refuse an audience with somebody whom the actor may not announce to; return its size."""
    principal = current.in_name_of_id
    speaker = actor if principal is None else db.session.get_one(Person, principal)
    require(policy.may_speak_for(actor, speaker), _("You may not announce in this name."))
    if not _may_name(actor, current):
        left = _("It names a channel that you are no longer in.")
        raise Invalid(errors={"audience_text": [left]})
    require_within(speaker, current)
    count = audience.count(audience.condition_of(current))
    if count == 0:
        raise Invalid(errors={"audience_text": [_("Nobody would get it.")]})
    return count


def require_within(speaker: Person, current: Announcement) -> None:
    """Refuse an audience that reaches beyond whom somebody may announce to. Raises Invalid."""
    wanted = audience.condition_of(current)
    allowed = policy.reach(speaker, critical=current.priority == "critical")
    beyond = audience.count(wanted & ~allowed)
    if beyond:
        detail = _("%(count)d of these people are beyond whom you may announce to.", count=beyond)
        raise Invalid(errors={"audience_text": [detail]})


def _may_name(actor: Person, current: Announcement) -> bool:
    return audience.may_name(current.audience, {actor.id, current.in_name_of_id or actor.id})


def require_still(author: Person, current: Announcement) -> None:
    """Refuse what was confirmed and is no longer right when it is to go out. Raises AppError."""
    require(author.is_active, _("Its author is no longer here."))
    count = require_reach(author, current)
    require_quota(current, sent_only=True)
    if current.expires_at is not None and current.expires_at <= now():
        raise Conflict(_("Its end has passed already."))
    if needs_approval(current, count) and current.approved_by_id is None:
        raise Conflict(_("So many people would get it now that a second person must agree."))


def require_quota(current: Announcement, *, sent_only: bool = False) -> None:
    """Refuse one more than the sender may send in a day. Raises Conflict.

    What waits or is scheduled for that time counts as well, but where ``sent_only``. What others
    send in somebody's name is theirs too.
    """
    quota = policy_of(current.priority)["quota"]
    if quota is None or current.drill:
        return
    sender_id = current.in_name_of_id or current.author_id
    moment = now() if sent_only else max(now(), current.publish_at or now())
    at: Any = Announcement.published_at
    if not sent_only:
        at = func.coalesce(at, Announcement.publish_at, Announcement.updated_at)
    statement = select(func.count(Announcement.id)).where(
        or_(
            Announcement.author_id == current.author_id,
            func.coalesce(Announcement.in_name_of_id, Announcement.author_id) == sender_id,
        ),
        Announcement.id != current.id,
        Announcement.state != "draft",
        Announcement.priority == current.priority,
        Announcement.drill.is_(False),
        at > moment - QUOTA_SPAN,
        at <= moment,
    )
    if db.session.execute(statement).scalar_one() >= quota:
        detail = _(
            "You sent %(count)d of this priority in 24 hours, which is the most.", count=quota
        )
        raise Conflict(detail)


def needs_approval(current: Announcement, count: int) -> bool:
    """Tell whether a second person must agree."""
    most = policy_of(current.priority)["approval_over"]
    return most is not None and count > most and not current.drill
