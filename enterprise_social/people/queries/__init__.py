"""Reads of people."""

from __future__ import annotations

from enterprise_social.people.queries.people import (
    by_email,
    by_emails,
    by_ids,
    by_username,
    by_usernames,
    departments,
    directory,
    directory_total,
    locations,
    reports_of,
    suggest,
)

__all__ = [
    "by_email",
    "by_emails",
    "by_ids",
    "by_username",
    "by_usernames",
    "departments",
    "directory",
    "directory_total",
    "locations",
    "reports_of",
    "suggest",
]
