"""A channel as its pages show it to one viewer: its facts and what they may do there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from enterprise_social.channels import policy
from enterprise_social.channels.models import ENTERED_BY_WRITING
from enterprise_social.channels.queries import Seat, cut_off, others_in
from enterprise_social.channels.rules import Rules, rules_of
from enterprise_social.feed.queries.rail import direct_name
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import why_muted
from enterprise_social.posts.actions.channel_rules import awaits, told, why_not


@dataclass(slots=True)
class Place:
    """A channel for one viewer. What is done to it goes to addresses under ``path``."""

    id: int
    slug: str
    name: str
    kind: str
    topic: str
    purpose: str
    seq: int
    member_count: int
    archived_at: datetime | None
    url: str
    path: str
    is_member: bool
    role: str | None
    notify: str | None
    starred: bool
    read_seq: int
    may_post: bool
    may_reply: bool
    may_join: bool
    may_leave: bool
    may_manage: bool
    may_moderate: bool
    may_set_topic: bool
    may_invite: bool
    may_pin: bool
    rules: Rules
    rules_mark: str
    guests_allowed: bool
    approves: bool
    why_not: str = ""
    why_no_reply: str = ""
    rules_told: list[tuple[str, str]] = field(default_factory=list)
    cut_off: bool = False
    own_name: str = ""
    others: list[Person] = field(default_factory=list)


def channel_url(channel: Any) -> str:
    """Return the address of a channel's page; ``channel`` has id, slug and kind."""
    if channel.kind in ENTERED_BY_WRITING:
        # Its address says what it is about: ``announcements.7``, ``storylines.3``.
        return "/" + str(channel.slug).replace(".", "/", 1)
    direct = channel.kind == "direct"
    return f"/messages/{channel.id}" if direct else f"/channels/{channel.slug}"


def place(viewer: Person, seat: Seat, others: list[Person] | None = None) -> Place:
    """Make the place of a channel and the viewer's membership in it.

    For a direct conversation ``others`` are the other people in it, loaded where not given.
    """
    channel, mine = seat.channel, seat.membership
    if channel.kind == "direct" and others is None:
        others = others_in([channel.id], viewer.id).get(channel.id, [])
    asked: tuple[Any, ...] = (viewer, channel, mine)
    in_two = channel.kind == "direct" and channel.member_count == 2
    cut = in_two and cut_off(channel.id)
    return Place(
        id=channel.id,
        slug=channel.slug,
        name=channel.name or direct_name(others or []),
        kind=channel.kind,
        topic=channel.topic,
        purpose=channel.purpose,
        seq=channel.seq,
        member_count=channel.member_count,
        archived_at=channel.archived_at,
        url=channel_url(channel),
        path=f"/channels/{channel.slug}",
        is_member=mine is not None,
        role=mine.role if mine else None,
        notify=mine.notify if mine else None,
        starred=bool(mine and mine.starred),
        read_seq=mine.read_seq if mine else 0,
        may_post=policy.may_post(*asked) and not cut,
        may_reply=policy.may_reply(*asked) and not cut,
        may_join=policy.may_join(*asked),
        may_leave=policy.may_leave(*asked),
        may_manage=policy.may_manage(*asked),
        may_moderate=policy.may_moderate(*asked),
        may_set_topic=policy.may_set_topic(*asked),
        may_invite=policy.may_invite(*asked),
        may_pin=policy.may_pin(*asked),
        rules=rules_of(channel),
        rules_mark=channel.rules_mark,
        guests_allowed=channel.guests_allowed,
        approves=awaits(channel, mine),
        why_not=why_muted(viewer) or why_not(channel, mine),
        why_no_reply=why_muted(viewer) or why_not(channel, mine, replies=True),
        rules_told=told(rules_of(channel), guests=channel.guests_allowed),
        cut_off=cut,
        own_name=channel.name,
        others=others or [],
    )
