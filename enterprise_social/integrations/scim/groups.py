"""Groups by hand as SCIM groups: reading them, one or a page of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, select

from enterprise_social.core.clock import rfc3339
from enterprise_social.core.db import db
from enterprise_social.integrations.scim.conditions import (
    Field,
    Moment,
    Several,
    Text,
    condition_of,
)
from enterprise_social.integrations.scim.errors import bad_filter
from enterprise_social.integrations.scim.filters import Filter
from enterprise_social.integrations.scim.listing import Listing, Wanted, shown
from enterprise_social.integrations.scim.models import ScimGroup, ScimUser
from enterprise_social.integrations.scim.resources import id_of, list_response, location, not_found
from enterprise_social.integrations.scim.schemas import GROUP
from enterprise_social.people.models import Group, GroupMember, Person

MOST_MEMBERS = 20_000  # of all groups on a page; it ends before more


@dataclass(frozen=True)
class ListedGroup:
    """A group and what provisioning knows of it."""

    group: Group
    scim: ScimGroup | None

    @property
    def version(self) -> str:
        """Its version (RFC 7644, 3.14)."""
        return f'W/"{self.group.id}-{self.scim.version if self.scim else 0}"'


def group_of(identity: Any) -> ListedGroup:
    """Return a group by the id that a client names. Raises ScimError."""
    group_id = id_of(identity)
    row = None
    if group_id is not None:
        row = db.session.execute(_groups().where(Group.id == group_id)).one_or_none()
    if row is None:
        raise not_found(identity)
    return ListedGroup(*row)


def document_of(found: ListedGroup, wanted: Wanted | None = None) -> dict[str, Any]:
    """Return one group as SCIM writes it."""
    return _documents([found], wanted or Wanted())[0]


def page(listing: Listing) -> dict[str, Any]:
    """Return a page of groups: fewer than asked for where they have too many members."""
    fields = group_fields()
    statement = _groups()
    if listing.where is not None:
        statement = statement.where(condition_of(listing.where, fields))
    counted = statement.with_only_columns(func.count(Group.id)).order_by(None)
    total = int(db.session.execute(counted).scalar_one())
    rows = db.session.execute(
        statement.order_by(*_order(listing, fields), Group.id)
        .offset(listing.start - 1)
        .limit(listing.count)
    )
    found = [ListedGroup(*row) for row in rows] if listing.count else []
    if listing.wanted.wants("members"):
        found = _bounded(found)
    return list_response(total, listing.start, _documents(found, listing.wanted))


def members_where(group_id: int, tree: Filter) -> list[int]:
    """Return the members of a group whom a filter means."""
    statement = select(GroupMember.person_id).where(
        GroupMember.group_id == group_id, condition_of(tree, _member_fields())
    )
    return list(db.session.scalars(statement))


def member_ids(group_id: int) -> list[int]:
    """Return all members of a group, by id."""
    return [int(each["value"]) for each in _members([group_id]).get(group_id, [])]


def group_fields() -> dict[str, Field]:
    """Return what can be asked of groups, by the attributes' names."""
    return {
        "id": Text(cast(Group.id, String), exact=True),
        "externalid": Text(ScimGroup.external_id, exact=True),
        "displayname": Text(Group.name),
        "members": Several(_with_member, lambda: _seats().exists()),
        "meta.created": Moment(Group.created_at),
        "meta.lastmodified": Moment(func.coalesce(ScimGroup.changed_at, Group.created_at)),
        "meta.resourcetype": Text(literal("Group")),
    }


def _groups() -> Any:
    return (
        select(Group, ScimGroup)
        .outerjoin(ScimGroup, ScimGroup.group_id == Group.id)
        .where(Group.kind == "hand", Group.archived_at.is_(None))
    )


def _order(listing: Listing, fields: dict[str, Field]) -> list[Any]:
    if listing.order is None:
        return []
    field = fields.get(listing.order.key)
    if isinstance(field, Text):
        column: Any = func.lower(func.coalesce(field.column, ""))
    elif isinstance(field, Moment):
        column = field.column
    else:
        raise bad_filter(f"It can't be sorted by '{listing.order.name}'.")
    if listing.order.key == "id":
        column = Group.id
    return [column.desc() if listing.descending else column]


def _seats() -> Any:
    return select(GroupMember.person_id).where(GroupMember.group_id == Group.id).correlate(Group)


def _member_fields() -> dict[str, Field]:
    return {
        "value": Text(cast(GroupMember.person_id, String), exact=True),
        "type": Text(literal("User")),
    }


def _with_member(tree: Filter) -> ColumnElement[bool]:
    found: ColumnElement[bool] = _seats().where(condition_of(tree, _member_fields())).exists()
    return found


def _bounded(found: Sequence[ListedGroup]) -> list[ListedGroup]:
    kept: list[ListedGroup] = []
    members = 0
    for each in found:
        members += each.group.member_count
        if kept and members > MOST_MEMBERS:
            break
        kept.append(each)
    return kept


def _members(group_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    """Return members as SCIM writes them; those whom clients deleted aren't there for them."""
    statement = (
        select(GroupMember.group_id, GroupMember.person_id)
        .join(Person, Person.id == GroupMember.person_id)
        .outerjoin(ScimUser, ScimUser.person_id == Person.id)
        .where(GroupMember.group_id.in_(group_ids))
        .where(
            and_(
                Person.is_bot.is_(False), Person.erased_at.is_(None), ScimUser.deleted_at.is_(None)
            )
        )
        .order_by(GroupMember.person_id)
    )
    place = location("Users", "")
    found: dict[int, list[dict[str, str]]] = {}
    for row in db.session.execute(statement):
        member = str(row.person_id)
        found.setdefault(row.group_id, []).append(
            {"value": member, "$ref": place + member, "type": "User"}
        )
    return found


def _documents(found: Sequence[ListedGroup], wanted: Wanted) -> list[dict[str, Any]]:
    members = _members([each.group.id for each in found]) if wanted.wants("members") else {}
    return [shown(_document(each, members.get(each.group.id)), wanted) for each in found]


def _document(found: ListedGroup, members: Sequence[dict[str, str]] | None) -> dict[str, Any]:
    group, scim = found.group, found.scim
    document: dict[str, Any] = {
        "schemas": [GROUP],
        "id": str(group.id),
        "externalId": scim.external_id if scim else None,
        "displayName": group.name,
        "members": members,
        "meta": {
            "resourceType": "Group",
            "created": rfc3339(group.created_at),
            "lastModified": rfc3339(scim.changed_at if scim else group.created_at),
            "location": location("Groups", group.id),
            "version": found.version,
        },
    }
    return {name: each for name, each in document.items() if each}
