"""What the rules of a channel say of something that is to be written there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from enterprise_social.channels import policy
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.rules import rules_of
from enterprise_social.core import settings
from enterprise_social.core.access import require
from enterprise_social.core.clock import now
from enterprise_social.core.errors import Conflict, TooManyRequests
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.content import Prepared
from enterprise_social.posts.actions.newcomers import spoken
from enterprise_social.posts.models import Post
from enterprise_social.posts.queries import last_written

# For so many days somebody counts as new in a channel that approves what new people write.
NEW_DAYS = "posts.new_member_days"
MOST_DAYS = 365


def _days(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MOST_DAYS:
        raise ValueError(_("Choose 1 to %(most)d days.", most=MOST_DAYS))
    return value


settings.define(NEW_DAYS, 14, _days)


def check_place(
    actor: Person, channel: Channel, mine: Membership | None, root: Post | None
) -> None:
    """Raise Conflict where nobody writes, Forbidden where others do: posts, or replies."""
    if rules_of(channel).read_only:
        raise Conflict(_("This channel is read-only."))
    if root is None:
        allowed = policy.may_post(actor, channel, mine)
        require(allowed, _("Only those who lead this channel post in it."))
    else:
        allowed = policy.may_reply(actor, channel, mine)
        require(allowed, _("Only those who lead this channel reply in it."))


def check_calls(actor: Person, channel: Channel, mine: Membership | None, text: Prepared) -> None:
    """Raise Forbidden where a text calls everyone and its author may not."""
    if text.content.mentions_all and not policy.may_mention_all(actor, channel, mine):
        raise_for = _("Only those who lead this channel may call everyone in it.")
        require(False, raise_for)


def check_pace(channel: Channel, mine: Membership | None) -> None:
    """Raise TooManyRequests where somebody wrote here too short a time ago.

    Called with the channel's row locked, so that of two posts at once one waits.
    """
    wait = seconds_to_wait(channel, mine)
    if wait:
        detail = _("This channel is in slow mode. You can post again in %(time)s.",
                   time=spoken(wait))  # fmt: skip
        raise TooManyRequests(detail, retry_after=wait)


def seconds_to_wait(channel: Channel, mine: Membership | None) -> int:
    """Return for how many seconds a member can't write in a channel in slow mode."""
    pause = policy.slowed_by(channel, mine)
    if not pause or mine is None:
        return 0
    moment = now()
    last = last_written(mine.person_id, channel.id, moment - timedelta(seconds=pause))
    if last is None:
        return 0
    left = pause - (moment - last).total_seconds()
    # What was written a moment ahead of a clock that was set back holds nobody up for longer.
    return min(pause, max(1, int(left) + (left > int(left)))) if left > 0 else 0


def waits(channel: Channel, mine: Membership | None, text: Prepared) -> bool:
    """Tell whether something has to be approved: by a rule of words, or as all is that is new."""
    since = now() - timedelta(days=int(settings.get(NEW_DAYS)))
    return bool(text.verdict.held_by) or policy.needs_approval(channel, mine, new_since=since)
