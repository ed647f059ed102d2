"""What the ids and names in an export's messages are called here."""

from __future__ import annotations

from collections.abc import Iterable

from enterprise_social.channels.models import OPEN_KINDS
from enterprise_social.core.text import RESERVED_USERNAMES, ChannelRef, PersonRef
from enterprise_social.core.text.references import prefixes
from enterprise_social.integrations.actions.slack_people import Cast
from enterprise_social.people.usernames import username_key


class NameBook:
    """Answers from memory what posts otherwise ask the database once a post.

    It has the same rule for channels as a post that is written here: open ones may be named
    everywhere, others only in themselves (``current`` is the channel being written).
    """

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._by_slug: dict[str, tuple[ChannelRef, bool]] = {}
        self._by_slack_id: dict[str, ChannelRef] = {}
        self.current = 0

    def add_channels(self, channels: Iterable[tuple[ChannelRef, str]]) -> None:
        """Make channels known, each with its kind."""
        for channel, kind in channels:
            self._by_slug[channel.slug] = (channel, kind in OPEN_KINDS)

    def call_channel(self, slack_id: str, channel: ChannelRef) -> None:
        """Say which channel a Slack id is here."""
        self._by_slack_id[slack_id] = channel

    def username(self, user: str) -> str | None:
        """The username of a Slack user id."""
        return self._cast.username(user)

    def slug(self, channel: str) -> str | None:
        """The slug of a Slack channel id, where it may be named in the current channel."""
        found = self._by_slack_id.get(channel)
        return None if found is None or not self.channels({found.slug}) else found.slug

    def knows_channel(self, channel: str) -> bool:
        """Whether the Slack channel id is one of the export's."""
        return channel in self._by_slack_id

    def addresses(self, name: str) -> bool:
        """Whether ``@name`` would mention somebody."""
        keys = {username_key(one) for one in prefixes(name.rstrip(".-"))}
        return any(key in self._cast.known or key in RESERVED_USERNAMES for key in keys)

    def people(self, usernames: set[str]) -> dict[str, PersonRef]:
        """The people with these usernames; also former ones, who were colleagues then."""
        known = self._cast.known
        return {name: known[name] for name in usernames if name in known}

    def channels(self, slugs: set[str]) -> dict[str, ChannelRef]:
        """The channels with these slugs that may be named in the current one."""
        found = {}
        for slug in slugs:
            channel, is_open = self._by_slug.get(slug, (None, False))
            if channel is not None and (is_open or channel.id == self.current):
                found[slug] = channel
        return found
