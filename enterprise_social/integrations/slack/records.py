"""What an export says, as typed values: independent of how our own tables look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(microseconds: int) -> datetime:
    """The moment `microseconds` after 1970 began (UTC), exact: no floating point on the way.

    Raises OverflowError beyond the year 9999.
    """
    return _EPOCH + timedelta(microseconds=microseconds)


class Kind(StrEnum):
    """Which of the four files a conversation comes from."""

    PUBLIC = "public"
    PRIVATE = "private"
    DIRECT = "direct"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class SlackProfile:
    """What somebody says of themselves beyond name and title.

    ``status_until`` is in microseconds since 1970, None without an end; ``status_emoji`` are
    characters. ``named`` are values of the workspace's own fields that the export gives a label,
    ``nameless`` counts those without one: an export lists their definitions nowhere.
    """

    started_on: date | None = None
    status_text: str = ""
    status_emoji: str = ""
    status_until: int | None = None
    named: tuple[tuple[str, str], ...] = ()
    nameless: int = 0
    has_photo: bool = False


@dataclass(frozen=True, slots=True)
class SlackUser:
    """A row of ``users.json``; a missing text is ``""``."""

    id: str
    team_id: str
    name: str
    real_name: str
    display_name: str
    email: str
    title: str
    phone: str
    pronouns: str
    time_zone: str
    locale: str
    deleted: bool
    is_admin: bool
    is_bot: bool
    bot_id: str
    profile: SlackProfile = SlackProfile()


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """A conversation; `folder` holds its days; times are microseconds since 1970, or None."""

    id: str
    name: str
    kind: Kind
    folder: str
    members: tuple[str, ...]
    creator: str
    created: int | None
    topic: str
    purpose: str
    archived: bool
    is_general: bool


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """A message of a day file.

    `ts`, `thread_ts` and `edited` are exact microseconds since 1970. `user` and `bot_id` are
    Slack ids or ``""``; `author_name` is the name that the message itself carries (a bot's, or a
    guest's who is missing from ``users.json``). `reactions`, `files`,
    `attachments` and `blocks` are Slack's own objects.
    """

    ts: int
    thread_ts: int | None
    user: str
    bot_id: str
    author_name: str
    subtype: str
    text: str
    edited: int | None
    broadcast: bool
    reactions: tuple[Mapping[str, Any], ...]
    files: tuple[Mapping[str, Any], ...]
    attachments: tuple[Mapping[str, Any], ...]
    blocks: tuple[Mapping[str, Any], ...]
    # What was written, where the export is one of ours: Slack's markup has no lists or headings.
    markdown: str = ""

    @property
    def is_reply(self) -> bool:
        """Whether it answers another message (a thread's first names itself in `thread_ts`)."""
        return self.thread_ts is not None and self.thread_ts != self.ts
