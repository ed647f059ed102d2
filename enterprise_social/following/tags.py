"""Hashtags by the names that people write in addresses and searches."""

from __future__ import annotations

from urllib.parse import quote

from enterprise_social.core.text import hashtag_key, is_hashtag_name
from enterprise_social.following.models import LONGEST_TAG


def tag_of(name: str) -> str | None:
    """Return a hashtag as posts keep it, or None for what no text could have as a hashtag.

    With or without its sign, in any case and any composed form: the same tag is one tag.
    """
    tag = hashtag_key(name.strip())
    return tag[:LONGEST_TAG] if is_hashtag_name(tag) else None


def tag_url(tag: str) -> str:
    """Return the address of a hashtag's page."""
    return f"/hashtags/{quote(tag, safe='')}"
