"""What a client says of a user, in our words: each value is checked and kept by its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.core.errors import Invalid
from enterprise_social.core.text import safe_name
from enterprise_social.integrations.scim.errors import bad_syntax, bad_value
from enterprise_social.integrations.scim.resources import id_of
from enterprise_social.integrations.scim.schemas import ENTERPRISE, USER
from enterprise_social.integrations.scim.user_fields import DEFAULT_ROLE
from enterprise_social.integrations.scim.users import DEFAULT_LANGUAGE, DEFAULT_ZONE, SEVERAL
from enterprise_social.people.details import clean
from enterprise_social.people.models import ROLES

MOST_VALUES = 10
LONGEST_NAME, LONGEST_EXTERNAL = 254, 255


def read_user(document: Any) -> dict[str, Any]:
    """Return the fields that a client asserts; None or empty clears one. Raises ScimError.

    Keys: user_name, external_id, given_name, family_name, name, formatted, title, time_zone,
    locale, active, emails, phoneNumbers, role, employee_number, department, manager_id. What isn't
    kept here is passed over.
    """
    if not isinstance(document, Mapping):
        raise bad_syntax("A user is an object.")
    schemas = document.get("schemas")
    if not isinstance(schemas, list) or USER not in schemas:
        raise bad_syntax(f"schemas must name {USER}.")
    said = {str(name).lower(): each for name, each in document.items()}
    extension = said.get(ENTERPRISE.lower())
    if isinstance(extension, Mapping):
        more = {str(name).lower(): each for name, each in extension.items()}
        said |= {f"+{name}": each for name, each in more.items()}
    found: dict[str, Any] = {}
    for name, read in _READERS.items():
        if name in said:
            found |= read(said[name])
    return found


def _text(value: Any, longest: int, what: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise bad_value(f"{what} is text.")
    cleaned = safe_name(value)
    if len(cleaned) > longest:
        raise bad_value(f"{what} has at most {longest} characters.")
    return cleaned


def _user_name(value: Any) -> dict[str, Any]:
    name = _text(value, LONGEST_NAME, "userName")
    if not name:
        raise bad_value("userName is needed.")
    return {"user_name": name}


def _external_id(value: Any) -> dict[str, Any]:
    return {"external_id": _text(value, LONGEST_EXTERNAL, "externalId") or None}


def _name(value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise bad_value("name has parts.")
    parts = {str(name).lower(): each for name, each in (value or {}).items()}
    found = {"given_name": _text(parts.get("givenname"), 120, "givenName")}
    found["family_name"] = _text(parts.get("familyname"), 120, "familyName")
    formatted = _text(parts.get("formatted"), 120, "formatted")
    return {**found, "formatted": formatted}


def _field(name: str, default: str = "") -> Any:
    def read(value: Any) -> dict[str, Any]:
        if value in (None, ""):
            return {name: default}
        try:
            return clean({name: str(value) if isinstance(value, int) else value})
        except Invalid as error:
            raise bad_value(f"{name}: {error.detail}") from error

    return read


def _language(value: Any) -> dict[str, Any]:
    # It may be written as in Accept-Language (RFC 7643, 4.1.1).
    first = value.partition(",")[0].partition(";")[0].strip() if isinstance(value, str) else value
    found: dict[str, Any] = _field("locale", DEFAULT_LANGUAGE)(first)
    return found


def _active(value: Any) -> dict[str, Any]:
    if value is None:
        return {"active": True}
    found = {"true": True, "false": False}.get(str(value).lower())
    if found is None:
        raise bad_value("active is true or false.")
    return {"active": found}


def _several(attribute: str) -> Any:
    field = SEVERAL[attribute]

    def read(value: Any) -> dict[str, Any]:
        given = [] if value is None else value if isinstance(value, list) else [value]
        if len(given) > MOST_VALUES:
            raise bad_value(f"At most {MOST_VALUES} {attribute} are kept.")
        found = [_one(attribute, field, each) for each in given]
        if sum(each["primary"] is True for each in found) > 1:
            raise bad_value(f"Only one of {attribute} is the primary one.")
        return {attribute: found}

    return read


def _one(attribute: str, field: str, given: Any) -> dict[str, Any]:
    if isinstance(given, str):
        given = {"value": given}
    if not isinstance(given, Mapping):
        raise bad_value(f"{attribute} have a value.")
    parts = {str(name).lower(): each for name, each in given.items()}
    primary = {"true": True, "false": False}.get(str(parts.get("primary")).lower())
    try:
        value = clean({field: parts.get("value")})[field]
    except Invalid as error:
        raise bad_value(f"{attribute}: {error.detail}") from error
    return {"value": value, "type": _text(parts.get("type"), 40, "type"), "primary": primary}


def _roles(value: Any) -> dict[str, Any]:
    given = [] if value is None else value if isinstance(value, list) else [value]
    named = [each.get("value") if isinstance(each, Mapping) else each for each in given]
    roles = [each.lower() if isinstance(each, str) else each for each in named]
    if any(each not in ROLES for each in roles):
        raise bad_value("A role is guest or manager; none is that of an employee.")
    return {"role": max(roles, key=ROLES.index, default=DEFAULT_ROLE)}


def _manager(value: Any) -> dict[str, Any]:
    named = value.get("value") if isinstance(value, Mapping) else value
    if named in (None, ""):
        return {"manager_id": None}
    manager_id = id_of(named)
    if manager_id is None:
        raise bad_value("manager: there is no such user.")
    return {"manager_id": manager_id}


_READERS: dict[str, Any] = {
    "username": _user_name,
    "externalid": _external_id,
    "name": _name,
    "displayname": lambda value: {"name": _text(value, 120, "displayName")},
    "title": _field("title"),
    "timezone": _field("time_zone", DEFAULT_ZONE),
    "preferredlanguage": _language,
    "active": _active,
    "emails": _several("emails"),
    "phonenumbers": _several("phoneNumbers"),
    "roles": _roles,
    "+employeenumber": _field("employee_number"),
    "+department": _field("department"),
    "+manager": _manager,
}
