"""The rooms in order: the order is the direction of dependency."""

from __future__ import annotations

ORDER = (
    "people",
    "accounts",
    "push",
    "channels",
    "files",
    "posts",
    "messages",
    "announcements",
    "reactions",
    "following",
    "feed",
    "notifications",
    "search",
    "moderation",
    "integrations",
    "records",
    "home",
    "admin",
    "api",
    "realtime",
    "jobs",
)
