"""What can be asked of users, as SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from enterprise_social.integrations.scim.conditions import (
    Field,
    Flag,
    Moment,
    Several,
    Text,
    condition_of,
)
from enterprise_social.integrations.scim.filters import Filter
from enterprise_social.integrations.scim.models import ScimUser, ScimValue
from enterprise_social.integrations.scim.schemas import ENTERPRISE
from enterprise_social.people.models import Group, GroupMember, Person, ProfileChange

DEFAULT_ROLE = "employee"


def user_fields() -> dict[str, Field]:
    """Return what can be asked of users, by the attributes' names."""
    urn = f"{ENTERPRISE.lower()}:"
    return {
        "id": Text(cast(Person.id, String), exact=True),
        "externalid": Text(ScimUser.external_id, exact=True),
        "username": Text(func.coalesce(ScimUser.user_name_key, Person.email)),
        "displayname": Text(Person.name),
        "name.givenname": Text(ScimUser.given_name),
        "name.familyname": Text(ScimUser.family_name),
        "title": Text(Person.title),
        "preferredlanguage": Text(func.replace(Person.locale, "_", "-")),
        "timezone": Text(Person.time_zone),
        "active": Flag(Person.deactivated_at.is_(None)),
        "emails": _several("emails", Person.email),
        "phonenumbers": _several("phoneNumbers", Person.phone),
        "roles": Several(_with_role, lambda: Person.role != DEFAULT_ROLE),
        "groups": Several(_in_group, lambda: _seat().exists()),
        f"{urn}employeenumber": Text(Person.employee_number),
        f"{urn}department": Text(Person.department),
        f"{urn}manager": Several(_led_by, lambda: Person.manager_id.is_not(None)),
        "meta.created": Moment(Person.created_at),
        "meta.lastmodified": Moment(changed_at()),
        "meta.resourcetype": Text(literal("User")),
    }


def changed_at() -> ColumnElement[datetime]:
    """Return when somebody last changed, as SQL."""
    last = select(func.max(ProfileChange.at)).where(ProfileChange.person_id == Person.id)
    return func.coalesce(last.correlate(Person).scalar_subquery(), Person.created_at)


def _several(attribute: str, own: Any) -> Several:
    """Ask for several values: those that a client gave, else the person's own one."""

    def within(tree: Filter) -> ColumnElement[bool]:
        given, any_given = aliased(ScimValue), aliased(ScimValue)
        value = func.coalesce(given.value, own)
        here = condition_of(
            tree,
            {
                "value": Text(value),
                "type": Text(given.kind),
                "primary": Flag(func.coalesce(given.is_primary, False).is_(True)),
            },
        )
        alone = condition_of(
            tree,
            {
                "value": Text(own),
                "type": Text(literal("work")),
                "primary": Flag(literal(1) == 1),
            },
        )
        mine = and_(given.person_id == Person.id, given.attribute == attribute)
        some = and_(any_given.person_id == Person.id, any_given.attribute == attribute)
        return or_(
            exists(select(given.person_id).where(mine, value != "", here).correlate(Person)),
            and_(
                own != "",
                ~exists(select(any_given.person_id).where(some).correlate(Person)),
                alone,
            ),
        )

    return Several(within, lambda: own != "")


def _with_role(tree: Filter) -> ColumnElement[bool]:
    return and_(Person.role != DEFAULT_ROLE, condition_of(tree, {"value": Text(Person.role)}))


def _led_by(tree: Filter) -> ColumnElement[bool]:
    manager = Text(cast(Person.manager_id, String), exact=True)
    return and_(Person.manager_id.is_not(None), condition_of(tree, {"value": manager}))


def _seat() -> Select[Any]:
    return (
        select(GroupMember.group_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            GroupMember.person_id == Person.id, Group.kind == "hand", Group.archived_at.is_(None)
        )
        .correlate(Person)
    )


def _in_group(tree: Filter) -> ColumnElement[bool]:
    fields: dict[str, Field] = {
        "value": Text(cast(Group.id, String), exact=True),
        "display": Text(Group.name),
    }
    return _seat().where(condition_of(tree, fields)).exists()
