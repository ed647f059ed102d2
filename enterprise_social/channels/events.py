"""What happens to channels."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class ChannelCreated(Event):
    """There is a new channel."""

    channel_id: int


@dataclass(frozen=True)
class ChannelChanged(Event):
    """A channel's name, topic, purpose, kind or archived state changed."""

    channel_id: int


@dataclass(frozen=True)
class MemberJoined(Event):
    """Somebody came into a channel."""

    channel_id: int
    person_id: int


@dataclass(frozen=True)
class MembersChanged(Event):
    """Many people came or left at once, with a group."""

    channel_id: int


@dataclass(frozen=True)
class MemberLeft(Event):
    """Somebody left a channel or was removed."""

    channel_id: int
    person_id: int


@dataclass(frozen=True)
class MemberAdded(Event):
    """Somebody was brought into a channel by another; ``seq`` is the change by which."""

    channel_id: int
    person_id: int
    by_id: int
    seq: int


@dataclass(frozen=True)
class ReadMoved(Event):
    """Somebody has read a channel up to ``seq``."""

    channel_id: int
    person_id: int
    seq: int
