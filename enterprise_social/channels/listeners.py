"""Channels follow the groups that fill them, and newcomers come into those meant for them."""

from __future__ import annotations

from enterprise_social.channels.actions.groups import follow_group
from enterprise_social.channels.actions.newcomers import bring_in_newcomers
from enterprise_social.core.events import after, during
from enterprise_social.people.events import GroupChanged, PersonCreated


@during(GroupChanged)
def channels_follow_groups(event: GroupChanged) -> None:
    """Let people in and out with their group, in the same transaction: it gives them access."""
    follow_group(event.group_id)


@after(PersonCreated, batch=100)
def newcomers_come_in(events: list[PersonCreated]) -> None:
    """Bring newcomers into the channels that admins chose for them."""
    bring_in_newcomers([event.person_id for event in events])
