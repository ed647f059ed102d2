"""What people do, and how often.

The shares of what somebody does next, the pause between two actions (20 s on average, 1 s at least)
and the part of posts that are replies (18 %) are the default user model of Mattermost's public load
tester, mattermost-load-test-ng: ``getActionList`` in ``loadtest/control/simulcontroller`` and the
defaults in its ``config.go``, as published in 2025. Its names are mapped to ours: where it switches
the channel we open a channel's page, its global threads are our page of notifications, its search
for users our directory. What we don't have (teams, side bar categories, surveys) is left out, one
action in 30. Not from there: how many have the window in front (``attention``) and how many poll.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

ACTIONS: dict[str, float] = {
    "switch": 6.5219,
    "scroll": 1.9873,
    "unread": 1.0,
    "direct": 0.9843,
    "post": 1.0,
    "notifications": 0.6023,
    "permalink": 0.3,
    "thread": 0.2841,
    "reconnect": 0.144,
    "react": 0.1306,
    "edit": 0.04,
    "jump": 0.0354,
    "directory": 0.032,
    "profile": 0.03,
    "search": 0.0218,
    "delete": 0.0049,
    "reload": 0.0008,
}
# Whom a post reaches: the share of posts by the kind of place that they are written in.
PLACES: dict[str, float] = {
    "company": 0.005,
    "department": 0.095,
    "project": 0.3,
    "team": 0.4,
    "direct": 0.2,
}


@dataclass(frozen=True)
class Profile:
    """The stated shares; every one can be set in a TOML file or on the command line."""

    actions: dict[str, float] = field(default_factory=lambda: dict(ACTIONS))
    places: dict[str, float] = field(default_factory=lambda: dict(PLACES))
    pause_least: float = 1.0  # seconds between two actions
    pause_mean: float = 20.0
    replies: float = 0.18  # of all posts
    typing_seconds: float = 4.0  # from the first key until it is sent
    attention: float = 0.5  # have the window in front: what comes is marked read
    polling: float = 0.02  # can't use WebSocket
    deflate: bool = True  # offer permessage-deflate, as every browser does
    posts_per_second: float = 0.0  # of all people together; 0 takes what ``actions`` say

    @property
    def cycle(self) -> float:
        """The mean of seconds from one action to the next, without the actions themselves."""
        return max(self.pause_least, self.pause_mean)

    def posts_each(self, people: int) -> float:
        """Return how many posts a second one of ``people`` writes."""
        if self.posts_per_second:
            return self.posts_per_second / max(1, people)
        return self.actions["post"] / sum(self.actions.values()) / self.cycle

    def document(self) -> dict[str, Any]:
        """Return it for a report, or for another process."""
        return asdict(self)


def load(path: Path | None, **given: Any) -> Profile:
    """Read a profile; what is ``given`` and not None wins. Raises ValueError for unknown names."""
    told = tomllib.loads(path.read_text()) if path else {}
    known = {each.name for each in fields(Profile)}
    for name in told.keys() - known:
        raise ValueError(f"{path}: a profile has no {name!r}")
    for name, least in (("actions", ACTIONS), ("places", PLACES)):
        if unknown := told.get(name, {}).keys() - least.keys():
            raise ValueError(f"{path}: {name} has no {', '.join(sorted(unknown))}")
        if name in told:
            told[name] = {**dict.fromkeys(least, 0.0), **told[name]}
    return replace(Profile(**told), **{key: v for key, v in given.items() if v is not None})
