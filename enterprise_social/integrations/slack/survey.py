"""Reads an export from end to end before anything is written.

A file that is broken is found here, while nothing has happened yet; and the people who speak
without being in ``users.json`` are found, so that all authors exist before their first post.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from flask_babel import gettext as _

from enterprise_social.core.clock import now
from enterprise_social.integrations.slack.content import SLACKBOT, skip_reason
from enterprise_social.integrations.slack.problems import ImportProblem
from enterprise_social.integrations.slack.reader import Export
from enterprise_social.integrations.slack.records import SlackMessage, at

# Clocks differ; but one message from the far future would be the newest for ever.
_TOLERATED_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who speaks but isn't in ``users.json``: a program, a guest, a lost account."""

    id: str
    name: str
    is_bot: bool


@dataclass
class Survey:
    """Who speaks where, by Slack id, and when each conversation began (microseconds)."""

    strangers: dict[str, Stranger] = field(default_factory=dict)
    authors: dict[str, set[str]] = field(default_factory=dict)
    began: dict[str, int] = field(default_factory=dict)


class Speakers:
    """Finds out whose a message is."""

    def __init__(self, export: Export) -> None:
        self._users = export.users
        self._bots = {user.bot_id: user.id for user in export.users.values() if user.bot_id}

    def of(self, message: SlackMessage) -> str:
        """The author's id: of ``users.json`` where it has them, a stranger's otherwise."""
        if message.user in self._users:
            return message.user
        if message.bot_id in self._bots:
            return self._bots[message.bot_id]
        return message.user or message.bot_id or f"name:{message.author_name[:60]}"

    def stranger(self, message: SlackMessage) -> Stranger | None:
        """The author, where ``users.json`` doesn't have them."""
        identifier = self.of(message)
        if identifier in self._users:
            return None
        is_bot = bool(message.bot_id) or identifier == SLACKBOT or identifier != message.user
        name = message.author_name or ("Slackbot" if identifier == SLACKBOT else "")
        return Stranger(identifier, name, is_bot)


def survey(export: Export, advance: Callable[[], None]) -> Survey:
    """Reads everything; `advance` is called after each day file.

    Raises ImportProblem at the first file that can't be used.
    """
    found = Survey()
    speakers = Speakers(export)
    latest = now() + _TOLERATED_AHEAD
    for channel in export.channels.values():
        authors = found.authors.setdefault(channel.id, set())
        for day in export.days(channel):
            for message in day:
                if at(message.ts) > latest:
                    raise ImportProblem(channel.folder, _("a message lies in the future"))
                if skip_reason(message) is not None:
                    continue
                found.began.setdefault(channel.id, message.ts)
                authors.add(speakers.of(message))
                if stranger := speakers.stranger(message):
                    known = found.strangers.get(stranger.id)
                    if known is None or (stranger.name and not known.name):
                        found.strangers[stranger.id] = stranger
            advance()
    return found
