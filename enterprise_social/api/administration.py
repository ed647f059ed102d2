"""What admins change of others, and who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.api import profiles
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Nullable, Text
from enterprise_social.api.fields import identity as an_id
from enterprise_social.api.wire import listing
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import rfc3339
from enterprise_social.people import policy
from enterprise_social.people.models import Person
from enterprise_social.people.policy.fields import may_see_history
from enterprise_social.people.queries.history import Change, history_of

REFUSALS = {404: "No such person.", 403: "The caller is no admin, or the token lacks `admin`."}


@call(
    "PATCH",
    "/users/{user_id}",
    "Change somebody's profile",
    answer="Profile",
    body=Body(
        {
            **profiles.PROFILE.fields,
            "email": Text(254),
            "username": Text(64),
            "manager_id": Nullable(an_id("Who is above them.")),
            "employee_number": Nullable(Text(80)),
            "started_on": Nullable(Text(10, summary="A day, such as `2027-01-31`.")),
        }
    ),
    refusals={**REFUSALS, 409: "Somebody else was given the same address or name just now."},
)
def patch_user(viewer: Person, *, user_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """For admins. What isn't sent stays."""
    person = find(Person, user_id, viewer)
    identity.require_scope("admin")
    require(policy.is_admin(viewer), _("Only admins may do this."))
    if "email" in given:  # whoever has the mailbox has the account
        identity.require_fresh()
    return profiles.profile_document(viewer, profiles.change_profile(viewer, person, given))


@call(
    "GET",
    "/users/{user_id}/history",
    "Read who changed what of somebody, the newest first",
    answer="[ProfileChange]",
    paged=True,
    refusals=REFUSALS,
)
def list_profile_changes(
    viewer: Person, *, user_id: int, limit: int, cursor: str | None
) -> dict[str, Any]:
    """For admins, who see every field."""
    person = find(Person, user_id, viewer)
    identity.require_scope("admin")
    require(may_see_history(viewer), _("Only admins may read this."))
    page = history_of(viewer, person, cursor=cursor, limit=limit)
    return listing(page, _document)


def _document(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "at": rfc3339(change.at),
        "actor_id": change.actor.id if change.actor else None,
        "field": change.field,
        "name": change.label,
        "before": change.before,
        "after": change.after,
    }
