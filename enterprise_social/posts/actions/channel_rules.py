"""What the rules of a channel say of something that is to be written there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from enterprise_social.channels import policy
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.rules import Rules, rules_of
from enterprise_social.core import settings
from enterprise_social.core.clock import now
from enterprise_social.core.errors import Conflict, Forbidden, TooManyRequests
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
    if root is None and not policy.may_post(actor, channel, mine):
        raise Forbidden(_("Only those who lead this channel post in it."))
    if root is not None and not policy.may_reply(actor, channel, mine):
        raise Forbidden(_("Only those who lead this channel reply in it."))


def check_calls(actor: Person, channel: Channel, mine: Membership | None, text: Prepared) -> None:
    """Raise Forbidden where a text calls everyone and its author may not."""
    if text.content.mentions_all and not policy.may_mention_all(actor, channel, mine):
        raise Forbidden(_("Only those who lead this channel may call everyone in it."))


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
    return seconds_left(mine.person_id, channel.id, pause) if pause and mine else 0


def seconds_left(person_id: int, channel_id: int, pause: int) -> int:
    """Return for how many seconds of a pause somebody has still to wait after what they wrote."""
    moment = now()
    last = last_written(person_id, channel_id, moment - timedelta(seconds=pause))
    if last is None:
        return 0
    left = pause - (moment - last).total_seconds()
    # What was written a moment ahead of a clock that was set back holds nobody up for longer.
    return min(pause, max(1, int(left) + (left > int(left)))) if left > 0 else 0


def waits(channel: Channel, mine: Membership | None, text: Prepared) -> bool:
    """Tell whether something has to be approved: by a rule of words, or as all is that is new."""
    return bool(text.verdict.held_by) or awaits(channel, mine)


def awaits(channel: Channel, mine: Membership | None) -> bool:
    """Tell whether all that a member writes in a channel has to be approved."""
    if rules_of(channel).approval == "off":
        return False
    since = now() - timedelta(days=int(settings.get(NEW_DAYS)))
    return policy.needs_approval(channel, mine, new_since=since)


def why_not(channel: Channel, mine: Membership | None, *, replies: bool = False) -> str:
    """Say why a member can't post (or reply) in a channel by its rules; nothing where they can."""
    rules = rules_of(channel)
    if mine is None or channel.archived:
        return ""
    if rules.read_only:
        return _("This channel is read-only.")
    who = rules.reply if replies else rules.post
    if who == "owners" and mine.role != "owner":
        return _("Only its owners reply here.") if replies else _("Only its owners post here.")
    if who == "moderators" and not policy.leads(mine):
        if replies:
            return _("Only its owners and moderators reply here.")
        return _("Only its owners and moderators post here.")
    return ""


def told(rules: Rules, *, guests: bool) -> list[tuple[str, str]]:
    """Return the rules of a channel that differ from the usual, in words, for all who read it."""
    who = {"moderators": _("Owners and moderators"), "owners": _("Owners")}
    lines = [
        (_("Who can post"), who.get(rules.post)),
        (_("Who can reply"), who.get(rules.reply)),
        (_("Who can call everyone"), who.get(rules.mention_all)),
        (_("Who can add people"), who.get(rules.invite)),
        (
            _("Waits for approval"),
            {"everyone": _("Whatever members write"), "new": _("What new members write")}.get(
                rules.approval
            ),
        ),
        (_("Slow mode"), spoken(rules.slow_seconds) if rules.slow_seconds else None),
        (_("Read-only"), _("Nobody writes") if rules.read_only else None),
        (_("Guests"), None if guests else _("Not allowed")),
    ]
    return [(label, text) for label, text in lines if text]
