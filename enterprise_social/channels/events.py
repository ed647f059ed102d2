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
class MemberLeft(Event):
    """Somebody left a channel or was removed."""

    channel_id: int
    person_id: int
