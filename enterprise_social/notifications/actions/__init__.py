"""Writes of notifications."""

from __future__ import annotations

from enterprise_social.notifications.actions.choosing import (
    mute_channel,
    set_digest,
    set_following,
    set_keywords,
    set_preference,
)
from enterprise_social.notifications.actions.forgetting import (
    forget_lines_of_reactions,
    forget_sources,
    forget_the_unnamed,
    move_lines,
    tell_changed,
)
from enterprise_social.notifications.actions.mailing import (
    gather_digest,
    gather_mail,
    plan_digests,
    unsubscribe,
)
from enterprise_social.notifications.actions.making import Told, tell
from enterprise_social.notifications.actions.reading import (
    MOST_AT_ONCE,
    mark_all_read,
    mark_read,
    mark_unread,
    read_all_threads,
    read_announcement,
    read_channel,
    read_kind,
    read_thread,
)

__all__ = [
    "MOST_AT_ONCE",
    "Told",
    "forget_lines_of_reactions",
    "forget_sources",
    "forget_the_unnamed",
    "gather_digest",
    "gather_mail",
    "mark_all_read",
    "mark_read",
    "mark_unread",
    "move_lines",
    "mute_channel",
    "plan_digests",
    "read_all_threads",
    "read_announcement",
    "read_channel",
    "read_kind",
    "read_thread",
    "set_digest",
    "set_following",
    "set_keywords",
    "set_preference",
    "tell",
    "tell_changed",
    "unsubscribe",
]
