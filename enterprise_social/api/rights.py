"""Rights that admins grant one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Choice, Items, Text
from enterprise_social.api.wire import listing
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import rfc3339
from enterprise_social.people.actions.rights import LONGEST_REASON, set_rights
from enterprise_social.people.models import RIGHTS, Person, Right
from enterprise_social.people.policy.rights import BY_ROLE, may_grant
from enterprise_social.people.queries.rights import grants, rights_of

REFUSALS = {403: "The caller is no admin, or the token lacks `admin`."}
OF_SOMEBODY = {404: "No such person.", **REFUSALS}
CHOSEN = Body(
    {
        "rights": Items(Choice(RIGHTS), len(RIGHTS), "All that are granted; others are taken."),
        "reason": Text(LONGEST_REASON * 4, summary="Why; needed where a right is new."),
    },
    required=["rights"],
)


@call("GET", "/rights", "List what was granted to whom", answer="[Grant]", paged=True,
      refusals=REFUSALS)  # fmt: skip
def list_rights(viewer: Person, *, cursor: str | None, limit: int) -> dict[str, Any]:
    """By name. What comes with a role isn't listed; admins have every right by theirs."""
    _require_admin(viewer)
    page = grants(cursor=cursor, limit=limit)
    return listing(page, lambda row: {"user": documents.person_document(row[1]), **_grant(row[0])})


@call("GET", "/users/{user_id}/rights", "Read what somebody may", answer="Rights",
      refusals=OF_SOMEBODY)  # fmt: skip
def get_rights(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """`granted` one by one, and `by_role`."""
    person = find(Person, user_id, viewer)
    _require_admin(viewer)
    return _document(person)


@call("PUT", "/users/{user_id}/rights", "Say which rights somebody is granted", answer="Rights",
      body=CHOSEN,
      refusals={**OF_SOMEBODY, 409: "Guests, programs and those who left get none."})  # fmt: skip
def put_rights(viewer: Person, *, user_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """Each change is in the audit log with its reason."""
    person = find(Person, user_id, viewer)
    _require_admin(viewer)
    identity.require_fresh()
    set_rights(viewer, person, given["rights"], reason=given.get("reason", ""))
    return _document(person)


def _require_admin(viewer: Person) -> None:
    identity.require_scope("admin")
    require(may_grant(viewer), _("Only admins grant rights."))


def _document(person: Person) -> dict[str, Any]:
    return {
        "role": person.role,
        "by_role": [name for name in RIGHTS if person.role == BY_ROLE[name]],
        "granted": [_grant(right) for right, _by in rights_of([person.id]).get(person.id, ())],
    }


def _grant(right: Right) -> dict[str, Any]:
    return {
        "right": right.name,
        "granted_by_id": right.granted_by_id,
        "granted_at": rfc3339(right.granted_at),
        "reason": right.reason,
    }
