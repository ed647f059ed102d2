"""Channels follow the groups that fill them, and newcomers come into those meant for them."""

from __future__ import annotations

from enterprise_social.accounts.events import InvitationAccepted
from enterprise_social.channels.actions.groups import follow_group
from enterprise_social.channels.actions.guests import bring_in_invited, look_again, settle_guest
from enterprise_social.channels.actions.newcomers import bring_in_newcomers
from enterprise_social.channels.events import MemberLeft, MembersChanged
from enterprise_social.core.events import after, during
from enterprise_social.people.events import GroupChanged, PersonCreated, RoleChanged
from enterprise_social.people.policy.guests import GUEST


@during(GroupChanged)
def channels_follow_groups(event: GroupChanged) -> None:
    """Let people in and out with their group, in the same transaction: it gives them access."""
    follow_group(event.group_id)


@during(InvitationAccepted)
def guests_come_into_their_channels(event: InvitationAccepted) -> None:
    """Put a guest into the channels of their invitation, so that they see something at once."""
    bring_in_invited(event.person_id, event.invitation_id)


@after(RoleChanged)
def guests_lead_nothing(event: RoleChanged) -> None:
    """Take from a new guest what guests don't have; nothing of it comes back by itself."""
    if event.after == GUEST:
        settle_guest(event.person_id)


@after(MemberLeft, MembersChanged)
def guests_look_again(event: MemberLeft | MembersChanged) -> None:
    """Whom a guest met there alone they know of no more, on open pages either."""
    left = [event.person_id] if isinstance(event, MemberLeft) else []
    look_again(event.channel_id, left)


@after(PersonCreated, batch=100)
def newcomers_come_in(events: list[PersonCreated]) -> None:
    """Bring newcomers into the channels that admins chose for them."""
    bring_in_newcomers([event.person_id for event in events])
