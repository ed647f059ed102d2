"""Who may see, make, change and call groups of people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from enterprise_social.core.access import visibility
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.policy.guests import is_guest, is_no_guest
from enterprise_social.people.policy.people import is_admin, is_manager


@visibility(Group)
def visible_groups(viewer: Any) -> ColumnElement[bool]:
    """Everyone sees every group, as they see the directory; guests those that they are in."""
    mine = select(GroupMember.group_id).where(GroupMember.person_id == viewer.id)
    return or_(is_no_guest(viewer), Group.id.in_(mine))


def may_create(actor: Person | None) -> bool:
    """Managers and admins make groups."""
    return is_manager(actor)


def may_manage(actor: Person | None, group: Group, role: str | None) -> bool:
    """Owners look after a group by hand, whoever made it after one by a rule; admins after all.

    ``role`` is the actor's in the group, None where they are not in it.
    """
    if is_admin(actor):
        return True
    if actor is None or not actor.is_active:
        return False
    if group.kind == "rule":
        # What a rule tells of people is for managers: a maker who is none any more lost it.
        return group.created_by_id == actor.id and is_manager(actor)
    return role == "owner"


def may_call(caller: Person | None, callers: str, role: str | None) -> bool:
    """Tell whether the actor may call everyone in a group by its @name; guests call nobody."""
    if is_guest(caller):
        return False
    if callers == "everyone" or is_admin(caller):
        return True
    if callers == "managers":
        return is_manager(caller)
    return callers == "members" and role is not None
