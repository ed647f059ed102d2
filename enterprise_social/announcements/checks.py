"""What must hold before an announcement goes out; asked at confirming and again at publishing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.announcements import audience, policy
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries.settings import policy_of
from enterprise_social.core.access import require
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Invalid
from enterprise_social.people.models import Person

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
    if current.audience is not None:
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
    if errors:
        raise Invalid(errors=errors)


def require_reach(actor: Person, current: Announcement) -> int:
    """Refuse an audience with somebody whom the actor may not announce to; return its size."""
    principal = current.in_name_of_id
    speaker = actor if principal is None else db.session.get_one(Person, principal)
    require(policy.may_speak_for(actor, speaker), _("You may not announce in this name."))
    wanted = audience.condition_of(current)
    allowed = policy.reach(speaker, critical=current.priority == "critical")
    beyond = audience.count(wanted & ~allowed)
    if beyond:
        detail = _("%(count)d of these people are beyond whom you may announce to.", count=beyond)
        raise Invalid(errors={"audience_text": [detail]})
    count = audience.count(wanted)
    if count == 0:
        raise Invalid(errors={"audience_text": [_("Nobody would get it.")]})
    return count


def require_quota(current: Announcement) -> None:
    """Refuse one more than the sender may send in a day. Raises Conflict."""
    quota = policy_of(current.priority)["quota"]
    if quota is None or current.drill:
        return
    statement = select(func.count(Announcement.id)).where(
        Announcement.author_id == current.author_id,
        Announcement.priority == current.priority,
        Announcement.drill.is_(False),
        Announcement.published_at > now() - QUOTA_SPAN,
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
