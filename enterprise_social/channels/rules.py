"""The rules of a channel: who may post, reply, call everyone and add people, and how fast.

A channel keeps only what differs from how channels of its kind are, so one without rules of its
own has an empty object. Conversations have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any

from enterprise_social.channels.models import STORYLINE, Channel

# From everyone who is in it to its owners alone.
WHO = ("everyone", "moderators", "owners")
# What is written waits for those who lead: never, of who came lately, of everyone.
APPROVALS = ("off", "new", "everyone")
LONGEST_WAIT = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in a channel.

    ``post``, ``reply``, ``mention_all`` and ``invite`` are of WHO, ``approval`` of APPROVALS;
    ``slow_seconds`` lie between two posts of a person. In a ``read_only`` one nobody writes.
    """

    post: str = "everyone"
    reply: str = "everyone"
    mention_all: str = "everyone"
    invite: str = "everyone"
    approval: str = "off"
    slow_seconds: int = 0
    read_only: bool = False


NAMES = tuple(each.name for each in fields(Rules))
_WHO_FIELDS = ("post", "reply", "mention_all", "invite")
_PLAIN = Rules()
_USUAL = {
    "announcement": Rules(post="moderators"),
    STORYLINE: Rules(post="owners", mention_all="owners", invite="owners"),
}


def usual(kind: str) -> Rules:
    """Return how channels of a kind are where nobody said otherwise."""
    return _USUAL.get(kind, _PLAIN)


def rules_of(channel: Channel) -> Rules:
    """Return what holds in a channel."""
    if not channel.rules or channel.kind == "direct":
        return usual(channel.kind)
    return _made(channel.kind, tuple(sorted(channel.rules.items())))


@lru_cache(maxsize=1024)
def _made(kind: str, differing: tuple[tuple[str, Any], ...]) -> Rules:
    known = {name: value for name, value in differing if name in NAMES}
    return Rules(**{**asdict(usual(kind)), **known})


def differing(kind: str, wanted: Rules) -> dict[str, Any]:
    """Return what a channel keeps: where it differs from its kind."""
    plain = asdict(usual(kind))
    return {name: value for name, value in asdict(wanted).items() if value != plain[name]}


def is_sound(name: str, value: Any) -> bool:
    """Tell whether a rule can have this value."""
    if name in _WHO_FIELDS:
        return value in WHO
    if name == "approval":
        return value in APPROVALS
    if name == "slow_seconds":
        return type(value) is int and 0 <= value <= LONGEST_WAIT
    return name == "read_only" and isinstance(value, bool)


def document(channel: Channel) -> Mapping[str, Any]:
    """Write a channel's rules for programs."""
    return asdict(rules_of(channel)) | {"guests_allowed": channel.guests_allowed}
