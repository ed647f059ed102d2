"""Who brings guests into channels: admins, and owners where the organisation says so."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.channels import policy
from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.people.policy.guests import BY_OWNERS, guests_come_by, is_guest


def may_bring_guest(actor: Person | None, channel: Channel, mine: Membership | None) -> bool:
    """Tell whether the actor may bring guests into a channel.

    Admins may where they see it, its owners where the organisation lets them; never where it
    refuses guests. None is the installation.
    """
    if channel.archived or channel.kind in UNLISTED_KINDS or not policy.admits_guests(channel):
        return False
    if actor is None:
        return True
    if is_admin(actor):
        return mine is not None or policy.is_open_to(actor, channel)
    leads = mine is not None and mine.role == "owner" and not is_guest(actor)
    return leads and actor.is_active and guests_come_by() == BY_OWNERS


def refusal(channel: Channel) -> str:
    """Say why somebody may not bring a guest into a channel."""
    if not policy.admits_guests(channel):
        return _("#%(name)s takes no guests.", name=channel.name)
    if guests_come_by() == BY_OWNERS:
        return _("Only its owners and admins bring guests into a channel.")
    return _("Only admins bring guests into a channel.")
