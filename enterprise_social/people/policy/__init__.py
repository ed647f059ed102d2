"""Rights over people."""

from __future__ import annotations

from enterprise_social.people.policy.people import (
    ADMIN_FIELDS,
    OWN_FIELDS,
    TOLD_FIELDS,
    editable_fields,
    is_admin,
    is_manager,
    listed_people,
    may_create,
    may_deactivate,
    may_edit,
    may_reactivate,
    may_see_lines,
    may_set_role,
    suggestible,
    visible_people,
)

__all__ = [
    "ADMIN_FIELDS",
    "OWN_FIELDS",
    "TOLD_FIELDS",
    "editable_fields",
    "is_admin",
    "is_manager",
    "listed_people",
    "may_create",
    "may_deactivate",
    "may_edit",
    "may_reactivate",
    "may_see_lines",
    "may_set_role",
    "suggestible",
    "visible_people",
]
