"""Writes: a provisioning client creates, changes and deletes groups by hand.

Members come and go by sets of ids: a change to a group of ten thousand reads none of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from enterprise_social.core import audit
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.text import safe_name
from enterprise_social.integrations.scim import groups
from enterprise_social.integrations.scim.errors import ScimError, bad_path, bad_syntax, bad_value
from enterprise_social.integrations.scim.models import ScimGroup, ScimUser
from enterprise_social.integrations.scim.patching import Operation
from enterprise_social.integrations.scim.resources import check_version, id_of
from enterprise_social.integrations.scim.schemas import GROUP
from enterprise_social.people.actions.group_members import change_group_members
from enterprise_social.people.actions.groups import create_group, set_group_archived, update_group
from enterprise_social.people.models import Group, Person

MOST_MEMBERS = 20_000  # of one message
LONGEST_EXTERNAL = 255
CHUNK = 500
READ_ONLY = ("id", "meta", "schemas")


@action
def create_scim_group(document: Any) -> int:
    """Create a group by hand; returns its id. Raises ScimError."""
    said = _said(document)
    name = _name(said.get("displayname"))
    members = _members(said.get("members"))
    try:
        group = create_group(None, name)
    except Invalid as error:
        raise bad_value(error.detail) from error
    change_group_members(None, group, add=members)
    _set_external(group.id, said.get("externalid"))
    audit.record(None, "scim.group_created", f"group:{group.id}")
    return group.id


@action
def replace_scim_group(identity: str, document: Any, if_match: str = "") -> None:
    """Set what a client asserts of a group; members that it doesn't name go. Raises ScimError."""
    group = _locked(identity, if_match)
    said = _said(document)
    _rename(group, _name(said.get("displayname")))
    if "members" in said:
        _set_members(group, _members(said["members"]))
    if "externalid" in said:
        _set_external(group.id, said["externalid"])


@action
def patch_scim_group(identity: str, operations: Sequence[Operation], if_match: str = "") -> None:
    """Change a group by operations, in their order. Raises ScimError."""
    group = _locked(identity, if_match)
    for operation in operations:
        _apply(group, operation)


@action
def delete_scim_group(identity: str, if_match: str = "") -> None:
    """Archive a group; it can't be called any more, and fills no channel."""
    group = _locked(identity, if_match)
    set_group_archived(None, group, True)
    audit.record(None, "scim.group_deleted", f"group:{group.id}")


@action
def note_group_change(group_id: int) -> None:
    """Give a group its next version, whoever changed it. Twice in one change does no harm."""
    known = db.session.get(ScimGroup, group_id)
    if known is None:
        db.session.add(ScimGroup(group_id=group_id, version=1, changed_at=now()))
    else:
        known.version, known.changed_at = known.version + 1, now()
    db.session.flush()


def _locked(identity: str, if_match: str) -> Group:
    found = groups.group_of(identity)
    lock(Group, found.group.id)
    found = groups.group_of(identity)
    check_version(found.version, if_match)
    return found.group


def _said(document: Any) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        raise bad_syntax("A group is an object.")
    schemas = document.get("schemas")
    if not isinstance(schemas, list) or GROUP not in schemas:
        raise bad_syntax(f"schemas must name {GROUP}.")
    return {str(name).lower(): each for name, each in document.items()}


def _name(value: Any) -> str:
    name = safe_name(value) if isinstance(value, str) else ""
    if not name:
        raise bad_value("displayName is needed.")
    return name


def _rename(group: Group, name: str) -> None:
    if name == group.name:
        return
    try:
        update_group(None, group, name=name)
    except Invalid as error:
        raise bad_value(error.detail) from error


def _set_external(group_id: int, value: Any) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST_EXTERNAL):
        raise bad_value(f"externalId is text of at most {LONGEST_EXTERNAL} characters.")
    known = db.session.get(ScimGroup, group_id)
    if (known.external_id if known else None) == (value or None):
        return
    note_group_change(group_id)
    db.session.get_one(ScimGroup, group_id).external_id = value or None


def _set_members(group: Group, wanted: Sequence[int]) -> None:
    present = set(groups.member_ids(group.id))
    change_group_members(
        None, group, add=sorted(set(wanted) - present), remove=sorted(present - set(wanted))
    )


def _members(value: Any) -> list[int]:
    """Return the ids of members that a client names; each must be a user. Raises ScimError."""
    given = [] if value is None else value if isinstance(value, list) else [value]
    if len(given) > MOST_MEMBERS:
        raise ScimError(413, f"At most {MOST_MEMBERS} members fit into one message.", "tooMany")
    found = _named(given)
    there: set[int] = set()
    for start in range(0, len(found), CHUNK):
        statement = (
            select(Person.id)
            .outerjoin(ScimUser, ScimUser.person_id == Person.id)
            .where(Person.id.in_(found[start : start + CHUNK]))
            .where(ScimUser.deleted_at.is_(None), Person.is_bot.is_(False))
        )
        there.update(db.session.scalars(statement))
    missing = set(found) - there
    if missing:
        raise bad_value(f"members: there is no user {min(missing)}.")
    return found


def _named(given: Sequence[Any]) -> list[int]:
    found = []
    for each in given:
        named = each.get("value") if isinstance(each, Mapping) else each
        kind = each.get("type", "User") if isinstance(each, Mapping) else "User"
        member_id = id_of(named)
        if member_id is None or str(kind).lower() not in ("user", "direct"):
            raise bad_value("members: users are named by their ids.")
        found.append(member_id)
    return list(dict.fromkeys(found))


def _apply(group: Group, operation: Operation) -> None:
    path = operation.path
    name = path.attribute.key if path else ""
    if name == "members" and path is not None:
        _change_members(group, operation)
    elif name in READ_ONLY:
        if operation.op != "replace":
            raise ScimError(400, f"'{name}' can't be changed.", "mutability")
    elif name == "displayname":
        _rename(group, _name(None if operation.op == "remove" else operation.value))
    elif name == "externalid":
        _set_external(group.id, None if operation.op == "remove" else operation.value)
    elif path is not None and path.chosen is not None:
        raise bad_path(f"'{name}' has no values to be chosen by brackets.")


def _change_members(group: Group, operation: Operation) -> None:
    path, value = operation.path, operation.value
    if path is not None and path.chosen is not None:
        if operation.op != "remove" or path.part:
            raise ScimError(400, "Members are added and removed whole.", "mutability")
        gone = groups.members_where(group.id, path.chosen)
        change_group_members(None, group, remove=gone)
    elif operation.op == "add":
        change_group_members(None, group, add=_members(value))
    elif operation.op == "replace":
        _set_members(group, _members(value))
    elif isinstance(value, list) and value:
        # Some clients name beside the path whom they remove.
        change_group_members(None, group, remove=_named(value))
    else:
        change_group_members(None, group, remove=groups.member_ids(group.id))
