"""What an organisation chooses for moderation: its rules, and how long things may take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from enterprise_social.core import settings

REASONS = "moderation.reasons"
HIDE_AFTER = "moderation.hide_after"
TARGET_HOURS = "moderation.target_hours"
APPEAL_DAYS = "moderation.appeal_days"
LONGEST_LABEL = 60
LONGEST_RULE = 400
MOST_REASONS = 20
_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
DEFAULT_REASONS: list[dict[str, str]] = [
    {
        "key": "insult",
        "label": "Insult or harassment",
        "rule": "We argue about matters, not about people. Nobody is insulted, threatened or "
        "singled out.",
    },
    {
        "key": "hate",
        "label": "Hate or discrimination",
        "rule": "Nobody is put down for where they come from, what they believe, whom they love "
        "or who they are.",
    },
    {
        "key": "personal-data",
        "label": "Personal data",
        "rule": "Private addresses, numbers and circumstances of others stay out of here unless "
        "they agreed.",
    },
    {
        "key": "confidential",
        "label": "Confidential",
        "rule": "What only some may know is told to them alone, not in places that others read.",
    },
    {
        "key": "off-topic",
        "label": "Off topic or advertising",
        "rule": "Channels are kept to what they are for; sales and advertising have their own "
        "place.",
    },
    {
        "key": "unlawful",
        "label": "Unlawful",
        "rule": "Nothing is shared that the law forbids.",
    },
    {
        "key": "other",
        "label": "Something else",
        "rule": "We treat each other as colleagues, and this place as part of our work.",
    },
]


@dataclass(frozen=True)
class Reason:
    """Why something can be reported, and the rule that a decision names."""

    key: str
    label: str
    rule: str


def reasons() -> Sequence[Reason]:
    """Return the organisation's reasons, in the order that they are shown in."""
    return [Reason(**each) for each in settings.get(REASONS)]


def reason_of(key: str) -> Reason:
    """Return the reason of that key, also one that is no longer offered."""
    found = next((each for each in reasons() if each.key == key), None)
    return found or Reason(key, key.replace("-", " ").capitalize(), "")


def is_reason(key: str) -> bool:
    """Tell whether something can be reported for that reason."""
    return any(each.key == key for each in reasons())


def hide_after() -> int:
    """Return after how many people's reports a post is hidden; 0 is never."""
    return int(settings.get(HIDE_AFTER))


def target_hours() -> int:
    """Return within how many hours a case is to be decided."""
    return int(settings.get(TARGET_HOURS))


def appeal_days() -> int:
    """Return for how many days a decision can be appealed."""
    return int(settings.get(APPEAL_DAYS))


def _clean_reasons(value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_REASONS:
        raise ValueError(_("Give one to %(most)d reasons.", most=MOST_REASONS))
    cleaned = [_clean_reason(each) for each in value]
    if len({each["key"] for each in cleaned}) < len(cleaned):
        raise ValueError(_("Two reasons have the same name."))
    return cleaned


def _clean_reason(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(_("A reason has a name and a rule."))
    label = " ".join(str(value.get("label", "")).split())
    rule = " ".join(str(value.get("rule", "")).split())
    key = str(value.get("key", "")) or key_of(label)
    if not label or len(label) > LONGEST_LABEL:
        raise ValueError(_("A reason's name has 1 to %(most)d characters.", most=LONGEST_LABEL))
    if not rule or len(rule) > LONGEST_RULE:
        raise ValueError(_("A rule has 1 to %(most)d characters.", most=LONGEST_RULE))
    if not _KEY.fullmatch(key):
        raise ValueError(_("“%(label)s” can't be used as a name.", label=label))
    return {"key": key, "label": label, "rule": rule}


def key_of(label: str) -> str:
    """Return the key by which a reason of this name is kept."""
    words = re.findall(r"[a-z0-9]+", label.casefold())
    key = "-".join(words)[:40].strip("-")
    return key if _KEY.fullmatch(key) else f"reason-{abs(hash_of(label)) % 10**8}"


def hash_of(label: str) -> int:
    """Return a number for a name in a script that keys can't be written in, always the same."""
    return sum(ord(each) * 31**place for place, each in enumerate(label[:20]))


def _whole(least: int, most: int) -> Any:
    def clean(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = least - 1
        if isinstance(value, bool) or not least <= number <= most:
            raise ValueError(_("A number from %(least)d to %(most)d.", least=least, most=most))
        return number

    return clean


settings.define(REASONS, DEFAULT_REASONS, _clean_reasons)
settings.define(HIDE_AFTER, 3, _whole(0, 100))
settings.define(TARGET_HOURS, 24, _whole(1, 24 * 30))
settings.define(APPEAL_DAYS, 14, _whole(1, 90))
