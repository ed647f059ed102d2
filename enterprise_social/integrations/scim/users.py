"""People as SCIM users: reading them, one or a page of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from enterprise_social.core.clock import rfc3339
from enterprise_social.core.db import db
from enterprise_social.integrations.scim.conditions import Field, Moment, Text, condition_of
from enterprise_social.integrations.scim.errors import bad_filter
from enterprise_social.integrations.scim.listing import Listing, Wanted, shown
from enterprise_social.integrations.scim.models import ScimUser, ScimValue
from enterprise_social.integrations.scim.resources import (
    hashed,
    id_of,
    list_response,
    location,
    not_found,
)
from enterprise_social.integrations.scim.schemas import ENTERPRISE, USER
from enterprise_social.integrations.scim.user_fields import DEFAULT_ROLE, changed_at, user_fields
from enterprise_social.people.models import Group, GroupMember, Person

DEFAULT_LANGUAGE, DEFAULT_ZONE = "en", "UTC"
SEVERAL = {"emails": "email", "phoneNumbers": "phone"}


@dataclass(frozen=True)
class User:
    """A person, what provisioning knows of them, and when they last changed."""

    person: Person
    scim: ScimUser | None
    changed_at: datetime


def user_of(identity: Any) -> User:
    """Return a user by the id that a client names. Raises ScimError."""
    person_id = id_of(identity)
    row = None
    if person_id is not None:
        row = db.session.execute(_users().where(Person.id == person_id)).one_or_none()
    if row is None:
        raise not_found(identity)
    return User(*row)


def document_of(user: User, wanted: Wanted | None = None) -> dict[str, Any]:
    """Return one user as SCIM writes them."""
    return documents([user], wanted or Wanted())[0]


def page(listing: Listing) -> dict[str, Any]:
    """Return a page of users."""
    fields = user_fields()
    statement = _users()
    if listing.where is not None:
        statement = statement.where(condition_of(listing.where, fields))
    counted = statement.with_only_columns(func.count(Person.id)).order_by(None)
    total = int(db.session.execute(counted).scalar_one())
    order = _order(listing, fields)
    rows = db.session.execute(
        statement.order_by(*order, Person.id).offset(listing.start - 1).limit(listing.count)
    )
    found = documents([User(*row) for row in rows] if listing.count else [], listing.wanted)
    return list_response(total, listing.start, found)


def documents(users: Sequence[User], wanted: Wanted) -> list[dict[str, Any]]:
    """Return users as SCIM writes them, in a fixed number of queries."""
    ids = [each.person.id for each in users]
    values = values_of(ids)
    groups = _groups_of(ids) if wanted.wants("groups") else {}
    return [
        shown(_document(each, values.get(each.person.id, {}), groups), wanted) for each in users
    ]


def values_of(person_ids: Sequence[int]) -> dict[int, dict[str, list[ScimValue]]]:
    """Return the several addresses and numbers that clients gave, by person and attribute."""
    found: dict[int, dict[str, list[ScimValue]]] = {}
    statement = select(ScimValue).where(ScimValue.person_id.in_(person_ids))
    for each in db.session.scalars(statement.order_by(ScimValue.position)):
        found.setdefault(each.person_id, {}).setdefault(each.attribute, []).append(each)
    return found


def _users() -> Any:
    return (
        select(Person, ScimUser, changed_at())
        .outerjoin(ScimUser, ScimUser.person_id == Person.id)
        .where(Person.is_bot.is_(False), Person.erased_at.is_(None), ScimUser.deleted_at.is_(None))
    )


def _order(listing: Listing, fields: Mapping[str, Field]) -> list[Any]:
    if listing.order is None:
        return []
    name = {"emails": "emails.value", "name": "name.familyname"}.get(
        listing.order.key, listing.order.key
    )
    field = Text(Person.email) if name == "emails.value" else fields.get(name)
    if isinstance(field, Text):
        column: Any = field.column if field.exact else func.lower(func.coalesce(field.column, ""))
    elif isinstance(field, Moment):
        column = field.column
    else:
        raise bad_filter(f"It can't be sorted by '{name}'.")
    if name == "id":
        column = Person.id
    return [column.desc() if listing.descending else column]


def _groups_of(person_ids: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    statement = (
        select(GroupMember.person_id, Group.id, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .where(GroupMember.person_id.in_(person_ids))
        .where(Group.kind == "hand", Group.archived_at.is_(None))
        .order_by(Group.id)
    )
    found: dict[int, list[dict[str, str]]] = {}
    for row in db.session.execute(statement):
        place = location("Groups", row.id)
        found.setdefault(row.person_id, []).append(
            {"value": str(row.id), "$ref": place, "display": row.name}
        )
    return found


def _document(
    user: User,
    values: Mapping[str, Sequence[ScimValue]],
    groups: Mapping[int, Sequence[dict[str, str]]],
) -> dict[str, Any]:
    person, scim = user.person, user.scim
    extension = _extension(person)
    name = {
        "familyName": scim.family_name if scim else "",
        "givenName": scim.given_name if scim else "",
    }
    found: dict[str, Any] = {
        "schemas": [USER, ENTERPRISE] if extension else [USER],
        "id": str(person.id),
        "externalId": scim.external_id if scim else None,
        "userName": (scim.user_name if scim else None) or person.email,
        "name": {part: each for part, each in name.items() if each},
        "displayName": person.name,
        "title": person.title,
        "preferredLanguage": _language(person),
        "timezone": "" if person.time_zone == DEFAULT_ZONE else person.time_zone,
        "emails": _values(values.get("emails"), person.email),
        "phoneNumbers": _values(values.get("phoneNumbers"), person.phone),
        "roles": [] if person.role == DEFAULT_ROLE else [{"value": person.role}],
        "groups": groups.get(person.id),
        "profileUrl": f"{current_app.config['BASE_URL']}/people/{person.username}",
        ENTERPRISE: extension,
    }
    found = {part: each for part, each in found.items() if each}
    found["active"] = person.deactivated_at is None
    found["meta"] = {
        "resourceType": "User",
        "created": rfc3339(person.created_at),
        "lastModified": rfc3339(user.changed_at),
        "location": location("Users", person.id),
        "version": hashed(found),
    }
    return found


def _extension(person: Person) -> dict[str, Any]:
    manager = person.manager_id
    found = {
        "employeeNumber": person.employee_number,
        "department": person.department,
        "manager": manager and {"value": str(manager), "$ref": location("Users", manager)},
    }
    return {part: each for part, each in found.items() if each}


def _language(person: Person) -> str:
    return "" if person.locale == DEFAULT_LANGUAGE else person.locale.replace("_", "-")


def _values(given: Sequence[ScimValue] | None, own: str) -> list[dict[str, Any]]:
    if not given:
        return [{"value": own, "type": "work", "primary": True}] if own else []
    found = []
    for each in given:
        value = own if each.value is None else each.value
        made: dict[str, Any] = {"value": value, "type": each.kind, "primary": each.is_primary}
        if value:
            found.append({part: one for part, one in made.items() if one not in ("", None)})
    return found
