"""Reads of people."""

from __future__ import annotations

from enterprise_social.people.queries.directory import (
    directory,
    directory_total,
    find_people,
)
from enterprise_social.people.queries.people import (
    by_email,
    by_emails,
    by_ids,
    by_username,
    by_usernames,
    reports_of,
)
from enterprise_social.people.queries.suggesting import suggest

__all__ = [
    "by_email",
    "by_emails",
    "by_ids",
    "by_username",
    "by_usernames",
    "directory",
    "directory_total",
    "find_people",
    "reports_of",
    "suggest",
]
