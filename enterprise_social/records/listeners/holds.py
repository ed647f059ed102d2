"""What a legal hold keeps from happening elsewhere."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.core.errors import Conflict
from enterprise_social.core.events import during
from enterprise_social.posts.events import ThreadMoved
from enterprise_social.records.policy.holds import lose_a_hold


@during(ThreadMoved)
def stay(event: ThreadMoved) -> None:
    """What is held in a channel doesn't leave it. Who moves it needn't know why: admins do."""
    if lose_a_hold(event.post_ids, event.source_id):
        raise Conflict(_("This thread can't be moved to another channel now."))
