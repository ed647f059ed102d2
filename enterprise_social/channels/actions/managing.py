"""Making, naming, describing and archiving channels."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import exists, select

from enterprise_social.channels import policy
from enterprise_social.channels.actions.groups import settle
from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.events import ChannelChanged, ChannelCreated
from enterprise_social.channels.models import (
    KINDS,
    UNLISTED_KINDS,
    Channel,
    Membership,
)
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit, live, screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name, slugify
from enterprise_social.people.models import Person

LONGEST_NAME, LONGEST_TOPIC, LONGEST_PURPOSE = 80, 250, 500
SETTABLE_KINDS = tuple(kind for kind in KINDS if kind not in UNLISTED_KINDS)


@action
def create_channel(
    actor: Person, name: str, *, kind: str = "public", purpose: str = "", topic: str = ""
) -> Channel:
    """Make a channel with ``actor`` as its owner.

    Raises Invalid for a bad name or kind, Forbidden for an announcement channel by an employee.
    """
    errors = _errors(name=name, topic=topic, purpose=purpose)
    if kind not in SETTABLE_KINDS:
        errors["kind"] = [_("Choose public, private or announcement.")]
    if errors:
        raise Invalid(errors=errors)
    require(policy.may_create(actor, kind), _("You may not make channels of this kind."))
    said = _screened(actor, None, {"name": name, "topic": topic, "purpose": purpose})
    channel = Channel(
        slug=free_slug(said["name"]),
        kind=kind,
        **said,
        seq=0,
        member_count=1,
        created_by_id=actor.id,
        created_at=now(),
    )
    db.session.add(channel)
    db.session.flush()
    db.session.add(
        Membership(channel_id=channel.id, person_id=actor.id, role="owner", joined_at=now())
    )
    db.session.flush()
    live.control("enter", person_id=actor.id, channel_id=channel.id)
    channel.seq = log_change(channel.id, "membership_changed", person_id=actor.id).seq
    audit.record(actor, "channels.create", f"channel:{channel.id}", {"kind": kind})
    announce(ChannelCreated(channel.id))
    return channel


@action
def update_channel(
    actor: Person,
    channel: Channel,
    *,
    name: str | None = None,
    topic: str | None = None,
    purpose: str | None = None,
) -> Channel:
    """Change what is given. Raises Forbidden, or Invalid with the bad fields."""
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    _require_visible(actor, channel, mine)
    allowed = policy.may_set_topic(actor, channel, mine)
    if name is not None or purpose is not None:
        allowed = policy.may_manage(actor, channel, mine)
    require(allowed, _("Only those who lead this channel may change it."))
    wanted = {"name": name, "topic": topic, "purpose": purpose}
    given = {field: value for field, value in wanted.items() if value is not None}
    errors = _errors(**given)
    if errors:
        raise Invalid(errors=errors)
    new = {name: text for name, text in given.items() if getattr(channel, name) != safe_name(text)}
    changed = _screened(actor, channel, new)
    if not changed:
        return channel
    for field, value in changed.items():
        setattr(channel, field, value)
    db.session.flush()
    channel.seq = log_change(channel.id, "channel_changed", person_id=actor.id).seq
    audit.record(actor, "channels.update", f"channel:{channel.id}", {"fields": sorted(changed)})
    announce(ChannelChanged(channel.id))
    return channel


@action
def set_archived(actor: Person, channel: Channel, archived: bool) -> Channel:
    """Close a channel for writing, or open it again; what was said stays readable."""
    channel = lock(Channel, channel.id)
    mine = membership(channel.id, actor.id)
    _require_visible(actor, channel, mine)
    require(policy.may_manage(actor, channel, mine), _("Only its owners may archive this channel."))
    if channel.archived == archived:
        return channel
    channel.archived_at = now() if archived else None
    db.session.flush()
    if not archived:
        settle(channel)
    channel.seq = log_change(channel.id, "channel_changed", person_id=actor.id).seq
    audit.record(
        actor, "channels.archive" if archived else "channels.restore", f"channel:{channel.id}"
    )
    announce(ChannelChanged(channel.id))
    return channel


def _require_visible(actor: Person, channel: Channel, mine: Membership | None) -> None:
    require(mine is not None or policy.is_open_to(actor, channel))


def _screened(actor: Person, channel: Channel | None, texts: dict[str, str]) -> dict[str, str]:
    """Return texts as a channel keeps them, by the rules of words for what is said of channels."""
    kept = screening.clean(
        "channels",
        {field: safe_name(text) for field, text in texts.items()},
        actor=actor,
        target="" if channel is None else f"channel:{channel.id}",
        channel_id=None if channel is None else channel.id,
    )
    limits = {"name": LONGEST_NAME, "topic": LONGEST_TOPIC, "purpose": LONGEST_PURPOSE}
    return {field: safe_name(text)[: limits[field]] for field, text in kept.items()}


def _errors(**fields: str) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    limits = {"name": LONGEST_NAME, "topic": LONGEST_TOPIC, "purpose": LONGEST_PURPOSE}
    for field, value in fields.items():
        if len(value) > limits[field]:
            errors[field] = [_("At most %(most)d characters.", most=limits[field])]
    if "name" in fields and not safe_name(fields["name"]):
        errors["name"] = [_("Give the channel a name.")]
    return errors


def free_slug(name: str) -> str:
    """Return an address for a channel of that name that none has."""
    wanted = slugify(name)
    slug, number = wanted, 1
    while db.session.execute(select(exists().where(Channel.slug == slug))).scalar_one():
        number += 1
        slug = f"{wanted[:72]}-{number}"
    return slug
