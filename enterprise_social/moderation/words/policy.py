"""Who makes word rules: who judges everywhere for the organisation, leaders for a channel."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

from enterprise_social.channels import policy as channel_policy
from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.core.access import visibility
from enterprise_social.moderation.words.models import WordRule
from enterprise_social.people.models import Person
from enterprise_social.people.policy.rights import has_right


def may_rule(actor: Person | None, channel: Channel | None, mine: Membership | None) -> bool:
    """Tell whether the actor makes rules for the organisation (None), or for a channel."""
    if actor is None:
        return True
    if channel is None:
        return has_right(actor, "moderate")
    if channel.kind in UNLISTED_KINDS:
        return False
    return channel_policy.may_moderate(actor, channel, mine)


@visibility(WordRule)
def visible_rules(viewer: Any) -> ColumnElement[bool]:
    """Those of the channels that the viewer leads; the organisation's for who judges everywhere."""
    of_channels = WordRule.channel_id.in_(channel_policy.led_channel_ids(viewer))
    if has_right(viewer, "moderate"):
        return WordRule.channel_id.is_(None) | of_channels
    return of_channels
