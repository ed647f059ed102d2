"""What a person of an export says of themselves beyond name and title."""

from __future__ import annotations

import re
from datetime import date

from enterprise_social.core.text import emoji_for
from enterprise_social.integrations.slack.fields import Fields
from enterprise_social.integrations.slack.problems import ImportProblem
from enterprise_social.integrations.slack.records import SlackProfile

_SHORTCODE = re.compile(r":?([a-z0-9_+'-]+):?", re.IGNORECASE)


def read_profile(profile: Fields) -> SlackProfile:
    """Read the object ``profile`` of a row of ``users.json``; what is odd in it is left out."""
    own = [(field.text("label").strip(), field.text("value").strip()) for field in _own(profile)]
    shortcode = _SHORTCODE.match(profile.text("status_emoji"))
    return SlackProfile(
        started_on=_day(profile.text("start_date")),
        status_text=profile.text("status_text"),
        status_emoji=(emoji_for(shortcode[1]) or "") if shortcode else "",
        status_until=_moment(profile),
        named=tuple((label, value) for label, value in own if label and value),
        nameless=sum(1 for label, value in own if value and not label),
        has_photo=profile.flag("is_custom_image") or bool(profile.text("image_original")),
    )


def _own(profile: Fields) -> list[Fields]:
    try:
        return profile.members("fields")
    except ImportProblem:
        return []


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None


def _moment(profile: Fields) -> int | None:
    try:
        return profile.moment("status_expiration")
    except ImportProblem:
        return None
