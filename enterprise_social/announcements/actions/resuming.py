"""Going on with a ladder that stands still: its turn was given up after too many failures."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.announcements import policy
from enterprise_social.announcements.events import DeliveriesQueued, LadderDue
from enterprise_social.announcements.models import Announcement, Delivery
from enterprise_social.announcements.queries.stalled import stalled_since
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin


@action
def resume(actor: Person, announcement: Announcement) -> Announcement:
    """Have the step that is overdue carried out now, and what is queued sent.

    A turn that some other still has does no harm: a step is carried out once. Raises Forbidden,
    and Conflict where nothing stands still.
    """
    current = lock(Announcement, announcement.id)
    allowed = policy.may_manage(actor, current) or is_admin(actor)
    require(allowed, _("This is not your announcement."))
    if stalled_since(current) is None:
        raise Conflict(_("Nothing stands still."))
    announce(LadderDue(current.id, str(rfc3339(current.ladder_at))))
    queued = select(Delivery.way).where(
        Delivery.announcement_id == current.id, Delivery.state == "queued", Delivery.way != "app"
    )
    for way in sorted(db.session.scalars(queued.distinct())):
        announce(DeliveriesQueued(way))
    audit.record(actor, "announcements.resumed", f"announcement:{current.id}")
    return current
