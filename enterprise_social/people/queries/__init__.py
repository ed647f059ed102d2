"""Reads of people."""

from __future__ import annotations

from enterprise_social.people.queries.people import (
    by_email,
    by_emails,
    by_ids,
    by_username,
    by_usernames,
    directory,
    directory_facets,
    directory_total,
    reports_of,
    suggest,
)

__all__ = [
    "by_email",
    "by_emails",
    "by_ids",
    "by_username",
    "by_usernames",
    "directory",
    "directory_facets",
    "directory_total",
    "reports_of",
    "suggest",
]
