"""Reads of whom and what people follow."""

from __future__ import annotations

from enterprise_social.following.queries.hashtags import hashtags_of, tag_counts
from enterprise_social.following.queries.people import (
    Connections,
    connections,
    followed_among,
    follower_known,
    followers,
    following,
    follows_person,
)
from enterprise_social.following.queries.storylines import storyline_of, storyline_owner

__all__ = [
    "Connections",
    "connections",
    "followed_among",
    "follower_known",
    "followers",
    "following",
    "follows_person",
    "hashtags_of",
    "storyline_of",
    "storyline_owner",
    "tag_counts",
]
