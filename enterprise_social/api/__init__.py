"""The REST API, /api/v1: JSON over the same queries and actions as the pages."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add every call, and the document and the page that describe them."""
    from enterprise_social.api import (
        administration,
        announcement_comments,
        announcement_results,
        announcements,
        audit,
        calls,
        changes,
        channels,
        conversations,
        drafts,
        exports,
        files,
        following,
        groups,
        hashtags,
        held,
        keeping,
        me,
        members,
        moderation,
        notifications,
        photos,
        posts,
        presence,
        profile_fields,
        push,
        reactions,
        reading,
        reference,
        reports,
        rights,
        search,
        security,
        skills,
        threads,
        tokens,
        users,
        word_rules,
    )

    # Imported for the calls that they register.
    del (
        changes,
        channels,
        conversations,
        drafts,
        me,
        members,
        moderation,
        posts,
        reading,
        reference,
        reports,
        rights,
        search,
        security,
        threads,
    )
    del (
        administration,
        announcement_comments,
        announcement_results,
        announcements,
        audit,
        files,
        following,
        groups,
        hashtags,
        keeping,
        notifications,
        photos,
        presence,
    )
    del exports, held, profile_fields, reactions, skills, push, tokens, users, word_rules
    calls.register(app)
