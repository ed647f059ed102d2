"""What people write: Markdown to safe HTML, plain text, names, slugs and emoji.

`render` runs once, when something is written; pages only read its result.
"""

from __future__ import annotations

from enterprise_social.core.text.cleaning import normalise
from enterprise_social.core.text.emoji import emoji_for, emoji_named, shortcode_for
from enterprise_social.core.text.names import initials, safe_name, slugify
from enterprise_social.core.text.plain import plain_excerpt
from enterprise_social.core.text.references import (
    RESERVED_USERNAMES,
    ChannelRef,
    GroupRef,
    PersonRef,
    Resolver,
    hashtag_key,
    is_hashtag_name,
)
from enterprise_social.core.text.rendering import Rendered, render

__all__ = [
    "RESERVED_USERNAMES",
    "ChannelRef",
    "GroupRef",
    "PersonRef",
    "Rendered",
    "Resolver",
    "emoji_for",
    "emoji_named",
    "hashtag_key",
    "initials",
    "is_hashtag_name",
    "normalise",
    "plain_excerpt",
    "render",
    "safe_name",
    "shortcode_for",
    "slugify",
]
