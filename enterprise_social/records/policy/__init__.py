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

__all__ = ["held_files", "held_posts", "is_held", "is_person_held", "may_hold", "visible_exports"]
