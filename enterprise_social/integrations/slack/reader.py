"""Reads an export's files as records, one day of one conversation at a time.

The layout is Slack's: ``users.json``; the conversations in ``channels.json`` (public),
``groups.json`` (private), ``dms.json`` (two people) and ``mpims.json`` (several);
``<conversation>/<YYYY-MM-DD>.json`` with that day's messages.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from enterprise_social.integrations.slack.archive import Archive
from enterprise_social.integrations.slack.fields import Fields, rows
from enterprise_social.integrations.slack.profiles import read_profile
from enterprise_social.integrations.slack.records import Kind, SlackChannel, SlackMessage, SlackUser

_DAY = re.compile(r"(?P<folder>[^/]+)/\d{4}-\d{2}-\d{2}\.json")
_KINDS = {
    "channels.json": Kind.PUBLIC,
    "groups.json": Kind.PRIVATE,
    "dms.json": Kind.DIRECT,
    "mpims.json": Kind.GROUP,
}
_CHANNELS = (Kind.PUBLIC, Kind.PRIVATE)
_BROADCASTS = frozenset({"thread_broadcast", "reply_broadcast"})


class Export:
    """An export's people and conversations, held in memory, and its messages, streamed."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._days: dict[str, list[str]] = defaultdict(list)
        for name in archive.names:
            if match := _DAY.fullmatch(name):
                self._days[match["folder"]].append(name)

    @cached_property
    def users(self) -> dict[str, SlackUser]:
        """By Slack id."""
        found: dict[str, SlackUser] = {}
        for row in self._records("users.json", _("user")):
            user = _user(row)
            found.setdefault(user.id, user)
        return found

    @cached_property
    def channels(self) -> dict[str, SlackChannel]:
        """By Slack id, public ones first.

        Raises ImportProblem where two say that the same folder is theirs: it could be that
        what was said in private would be read by all.
        """
        found: dict[str, SlackChannel] = {}
        owners: dict[str, str] = {}
        for file, kind in _KINDS.items():
            for row in self._records(file, _("conversation")):
                channel = _channel(row, kind)
                if channel.folder not in self._days and channel.id in self._days:
                    channel = replace(channel, folder=channel.id)
                # Older exports list a group conversation in two files; the later is stricter.
                found[channel.id] = channel
                owner = owners.setdefault(channel.folder, channel.id)
                if owner != channel.id and channel.folder in self._days:
                    reason = _("“%(folder)s” is two conversations' folder", folder=channel.folder)
                    raise row.problem(reason)
        return found

    @cached_property
    def workspace(self) -> str:
        """The workspace's Slack id: that of most people, as guests bring their own."""
        teams = Counter(user.team_id for user in self.users.values() if user.team_id)
        most = max(teams.values(), default=0)
        return min((team for team, count in teams.items() if count == most), default="workspace")

    @cached_property
    def stray_folders(self) -> list[str]:
        """Folders with messages that no conversation names."""
        named = {channel.folder for channel in self.channels.values()}
        return sorted(folder for folder in self._days if folder not in named)

    @property
    def day_count(self) -> int:
        """How many day files `messages` reads over all conversations."""
        return sum(len(self._days.get(one.folder, ())) for one in self.channels.values())

    def days(self, channel: SlackChannel) -> Iterator[list[SlackMessage]]:
        """A conversation's messages, a day file at a time, oldest first.

        Only one file is in memory at a time. Raises ImportProblem at a damaged one.
        """
        for name in self._days.get(channel.folder, ()):
            messages = [_message(row) for row in self._records(name, _("message"))]
            yield sorted(messages, key=lambda message: message.ts)

    def _records(self, file: str, noun: str) -> Iterator[Fields]:
        if file not in self._archive:
            return
        content: list[Any] = rows(self._archive.read_json(file), file)
        for number, value in enumerate(content, start=1):
            yield Fields(value, file, f"{noun} {number}")


def _user(row: Fields) -> SlackUser:
    profile = row.inner("profile")
    return SlackUser(
        id=row.identifier(),
        team_id=row.text("team_id"),
        name=row.text("name"),
        real_name=profile.text("real_name") or row.text("real_name"),
        display_name=profile.text("display_name"),
        email=profile.text("email").strip(),
        title=profile.text("title"),
        phone=profile.text("phone"),
        pronouns=profile.text("pronouns"),
        time_zone=row.text("tz"),
        locale=row.text("locale"),
        deleted=row.flag("deleted"),
        is_admin=row.flag("is_admin") or row.flag("is_owner"),
        is_bot=row.flag("is_bot") or row.text("id") == "USLACKBOT",
        bot_id=profile.text("bot_id"),
        profile=read_profile(profile),
    )


def _channel(row: Fields, kind: Kind) -> SlackChannel:
    name = row.text("name")
    identifier = row.text("id") or name
    if not identifier:
        raise row.problem(_("“%(field)s” is missing", field="id"))
    # Messages of two people lie in a folder named by the id, all others by the name.
    folder = identifier if kind is Kind.DIRECT else name or identifier
    if kind is Kind.PUBLIC and (row.flag("is_private") or row.flag("is_group")):
        kind = Kind.PRIVATE
    if kind in _CHANNELS and row.flag("is_mpim"):
        kind = Kind.GROUP
    return SlackChannel(
        id=identifier,
        name=name,
        kind=kind,
        folder=unicodedata.normalize("NFC", folder),
        members=row.texts("members"),
        creator=row.text("creator"),
        created=row.moment("created"),
        topic=row.inner("topic").text("value"),
        purpose=row.inner("purpose").text("value"),
        archived=row.flag("is_archived"),
        is_general=row.flag("is_general"),
    )


def _message(row: Fields) -> SlackMessage:
    moment = row.moment("ts")
    if moment is None:
        raise row.problem(_("“%(field)s” is missing", field="ts"))
    subtype = row.text("subtype")
    if (kind := row.text("type")) not in {"", "message"}:
        subtype = subtype or kind
    profile, bot = row.inner("user_profile"), row.inner("bot_profile")
    return SlackMessage(
        ts=moment,
        thread_ts=row.moment("thread_ts"),
        user=row.text("user"),
        bot_id=row.text("bot_id"),
        author_name=profile.text("real_name")
        or profile.text("name")
        or row.text("username")
        or bot.text("name"),
        subtype=subtype,
        text=row.text("text"),
        edited=row.inner("edited").moment("ts"),
        broadcast=subtype in _BROADCASTS or row.flag("reply_broadcast"),
        reactions=row.objects("reactions"),
        files=row.objects("files"),
        attachments=row.objects("attachments"),
        blocks=row.objects("blocks"),
        markdown=row.text("enterprise_social_markdown"),
    )
