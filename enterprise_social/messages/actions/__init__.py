"""Writes of direct conversations."""

from __future__ import annotations

from enterprise_social.messages.actions.changing import (
    add_people,
    make_channel_of,
    name_conversation,
)
from enterprise_social.messages.actions.starting import (
    LARGEST,
    begin_conversation,
    direct_key,
    direct_slug,
    start_conversation,
)

__all__ = [
    "LARGEST",
    "add_people",
    "begin_conversation",
    "direct_key",
    "direct_slug",
    "make_channel_of",
    "name_conversation",
    "start_conversation",
]
