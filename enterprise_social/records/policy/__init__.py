"""What must be kept, and who decides about it."""

from __future__ import annotations

from enterprise_social.records.policy.exports import visible_exports
from enterprise_social.records.policy.holds import (
    held_files,
    held_posts,
    is_held,
    is_person_held,
    may_hold,
)
from enterprise_social.records.policy.keeping import kept_posts, may_set_retention

__all__ = [
    "held_files",
    "held_posts",
    "is_held",
    "is_person_held",
    "kept_posts",
    "may_hold",
    "may_set_retention",
    "visible_exports",
]
