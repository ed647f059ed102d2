"""Channels follow the groups that fill them."""

from __future__ import annotations

from enterprise_social.channels.actions.groups import follow_group
from enterprise_social.core.events import during
from enterprise_social.people.events import GroupChanged


@during(GroupChanged)
def channels_follow_groups(event: GroupChanged) -> None:
    """Let people in and out with their group, in the same transaction: it gives them access."""
    follow_group(event.group_id)
