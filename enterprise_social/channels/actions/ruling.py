"""Setting the rules of a channel: who may do what in it, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from flask_babel import gettext as _

from enterprise_social.channels import policy, rules
from enterprise_social.channels.actions.guests import take_guests_out
from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.events import ChannelChanged
from enterprise_social.channels.models import UNLISTED_KINDS, Channel
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit
from enterprise_social.core.access import find, require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person

GUESTS = "guests_allowed"


@action
def set_rules(actor: Person, channel: Channel, given: Mapping[str, Any]) -> Channel:
    """Change the rules that are given (``rules.NAMES`` and ``guests_allowed``); they hold at once.

    Where guests aren't allowed any more those who are in it leave it. Raises Forbidden, Conflict in
    a conversation, and Invalid that names each bad one.
    """
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    if mine is None:
        find(Channel, channel.id, actor)
    if channel.kind in UNLISTED_KINDS:
        raise Conflict(_("Only channels have rules."))
    allowed = policy.may_manage(actor, channel, mine)
    require(allowed, _("Only its owners may change the rules of this channel."))
    wanted = checked(given)
    before = dict(rules.document(channel))
    changes = {name: value for name, value in wanted.items() if before[name] != value}
    if not changes:
        return channel
    keeps_guests = bool(changes.pop(GUESTS, channel.guests_allowed))
    refuses = channel.guests_allowed and not keeps_guests
    channel.guests_allowed = keeps_guests
    made = replace(rules.rules_of(channel), **changes)
    channel.rules = rules.differing(channel.kind, made)
    db.session.flush()
    if refuses:
        take_guests_out(channel.id)
    channel.seq = log_change(channel.id, "channel_changed", person_id=actor.id).seq
    after = asdict(made) | {GUESTS: keeps_guests}
    details = {
        name: {"before": before[name], "after": after[name]}
        for name in sorted(after)
        if before[name] != after[name]
    }
    audit.record(actor, "channels.rules", f"channel:{channel.id}", details)
    announce(ChannelChanged(channel.id))
    return channel


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules that are given. Raises Invalid that names each bad one."""
    errors: dict[str, list[str]] = {}
    for name, value in given.items():
        if name == GUESTS:
            sound = isinstance(value, bool)
        elif name in rules.NAMES:
            sound = rules.is_sound(name, value)
        else:
            errors[name] = [_("There is no such rule.")]
            continue
        if not sound:
            errors[name] = [_said(name)]
    if errors:
        raise Invalid(errors=errors)
    return dict(given)


def _said(name: str) -> str:
    if name == "slow_seconds":
        return _("Choose 0 to %(most)d seconds.", most=rules.LONGEST_WAIT)
    if name == "approval":
        return _("Choose off, new or everyone.")
    if name in (GUESTS, "read_only"):
        return _("Choose yes or no.")
    return _("Choose everyone, moderators or owners.")
