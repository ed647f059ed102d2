"""What is done about following: people, hashtags, and one's own storyline."""

from __future__ import annotations

from enterprise_social.following.actions.hashtags import follow_hashtag, unfollow_hashtag
from enterprise_social.following.actions.people import follow_person, part, unfollow_person
from enterprise_social.following.actions.storylines import open_storyline

__all__ = [
    "follow_hashtag",
    "follow_person",
    "open_storyline",
    "part",
    "unfollow_hashtag",
    "unfollow_person",
]
