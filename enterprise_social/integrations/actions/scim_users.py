"""Writes: a provisioning client creates, changes and deletes people (RFC 7644, 3.3 to 3.6).

The actor is the installation: whoever shows the token of the setting is trusted with everybody but
with making admins. Everything is in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import delete, func, or_, select

from enterprise_social.core import audit
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.integrations.scim import users
from enterprise_social.integrations.scim.errors import ScimError, bad_value, taken
from enterprise_social.integrations.scim.models import ScimUser, ScimValue
from enterprise_social.integrations.scim.patching import Operation, patched
from enterprise_social.integrations.scim.reading import read_user
from enterprise_social.integrations.scim.resources import check_version
from enterprise_social.integrations.scim.schemas import USER
from enterprise_social.integrations.scim.user_fields import DEFAULT_ROLE
from enterprise_social.integrations.scim.users import SEVERAL
from enterprise_social.people.actions import (
    create_person,
    deactivate_person,
    reactivate_person,
    set_role,
    update_person,
)
from enterprise_social.people.actions.people import place_one_by_one
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person

KEPT = ("user_name", "external_id", "given_name", "family_name")
PROFILE = ("name", "title", "time_zone", "locale", "employee_number", "department", "manager_id")


@action
def create_user(document: Any) -> int:
    """Create a user, or bring back one that a client deleted; returns the id.

    Raises ScimError: 409 where somebody has the userName or the address already.
    """
    given = read_user(document)
    if "user_name" not in given:
        raise bad_value("userName is needed.")
    place_one_by_one()
    email = _address(given)
    person, scim = _deleted(email)
    _refuse_taken(given["user_name"], email, person.id if person else None)
    name = given.get("name") or _composed(given) or given["user_name"].partition("@")[0]
    given |= {"name": name, "role": given.get("role", DEFAULT_ROLE)}
    if person is None:
        person = _created(email, name)
        scim = ScimUser(person_id=person.id, given_name="", family_name="")
        db.session.add(scim)
    elif given.get("active", True):
        reactivate_person(None, person)
    scim = scim or db.session.get_one(ScimUser, person.id)
    scim.deleted_at = None
    _write(person, scim, {"active": True, **given})
    details = {"external_id": scim.external_id}
    audit.record(None, "scim.user_created", f"person:{person.id}", details)
    return person.id


@action
def replace_user(identity: str, document: Any, if_match: str = "") -> None:
    """Set what a client asserts of a user; what it leaves out stays as it is. Raises ScimError."""
    user = _locked(identity, if_match)
    _write(user.person, _kept(user), read_user(document))


@action
def patch_user(identity: str, operations: list[Operation], if_match: str = "") -> None:
    """Change a user by operations; what they remove is cleared. Raises ScimError."""
    user = _locked(identity, if_match)
    before = users.document_of(user)
    after = patched(before, operations, USER)
    cleared = _cleared(before, after)
    if "userName" in cleared:
        raise bad_value("userName is needed.")
    changed = {name: each for name, each in after.items() if before.get(name) != each}
    given = read_user({**changed, **cleared, "schemas": [USER]})
    _write(user.person, _kept(user), given)


@action
def delete_user(identity: str, if_match: str = "") -> None:
    """Deactivate somebody, whom clients then see no more; what they wrote stays."""
    user = _locked(identity, if_match)
    _stand(partial(deactivate_person, None, user.person))
    scim = _kept(user)
    scim.deleted_at, scim.user_name, scim.user_name_key = now(), None, None
    audit.record(None, "scim.user_deleted", f"person:{user.person.id}")


def _locked(identity: str, if_match: str) -> users.User:
    found = users.user_of(identity)
    place_one_by_one()
    lock(Person, found.person.id)
    user = users.user_of(identity)
    check_version(users.document_of(user)["meta"]["version"], if_match)
    return user


def _kept(user: users.User) -> ScimUser:
    if user.scim is not None:
        return user.scim
    scim = ScimUser(person_id=user.person.id, given_name="", family_name="")
    db.session.add(scim)
    return scim


def _cleared(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what is gone as attributes without a value, those of extensions within them."""
    gone: dict[str, Any] = {name: None for name in before if name not in after}
    for name, each in before.items():
        if name.startswith("urn:") and name in after:
            parts = dict.fromkeys(part for part in each if part not in after[name])
            gone |= {name: {**after[name], **parts}} if parts else {}
        elif name.startswith("urn:"):
            gone[name] = dict.fromkeys(each)
    return gone


def _created(email: str, name: str) -> Person:
    try:
        return create_person(None, email=email, name=name)
    except Invalid as error:
        raise bad_value(error.detail) from error


def _deleted(email: str) -> tuple[Person | None, ScimUser | None]:
    """Return whom a client deleted and means again: who has the address."""
    statement = (
        select(Person.id)
        .join(ScimUser, ScimUser.person_id == Person.id)
        .where(ScimUser.deleted_at.is_not(None), Person.erased_at.is_(None))
        .where(Person.email == email)
    )
    person_id = db.session.scalar(statement)
    if person_id is None:
        return None, None
    return lock(Person, person_id), lock(ScimUser, person_id)


def _refuse_taken(user_name: str, email: str, own_id: int | None) -> None:
    """Raise ScimError where somebody else goes by this name or address."""
    statement = (
        select(Person.id)
        .outerjoin(ScimUser, ScimUser.person_id == Person.id)
        .where(
            or_(
                func.coalesce(ScimUser.user_name_key, Person.email) == user_name.casefold(),
                Person.email == email,
            )
        )
    )
    if any(each != own_id for each in db.session.scalars(statement)):
        raise taken("Somebody has this userName or e-mail address already.")


def _main(values: list[dict[str, Any]] | None) -> str:
    """Return the value that counts: the primary one, else the first."""
    main = next((each for each in values or () if each["primary"]), None)
    return str((main or values[0])["value"]) if values else ""


def _address(given: dict[str, Any]) -> str:
    email = _main(given.get("emails")) or clean_email(given["user_name"])
    if not email:
        raise bad_value("emails: an e-mail address is needed.")
    return email


def _composed(given: dict[str, Any]) -> str:
    parts = (given.get("given_name", ""), given.get("family_name", ""))
    return str(given.get("formatted") or " ".join(each for each in parts if each))


def _write(person: Person, scim: ScimUser, given: dict[str, Any]) -> None:
    """Write what is given of a user, whose row is locked."""
    name = given.get("user_name", scim.user_name or person.email)
    email = person.email
    if "emails" in given:
        email = _address({"user_name": name, "emails": given["emails"]})
    elif (scim.user_name or email).casefold() == email:
        # A client that names people by their address changes both at once.
        email = clean_email(name) or email
    _refuse_taken(name, email, person.id)
    if person.role == "admin" and email != person.email:
        # Whoever has the mailbox gets the password by it, and so all that an admin may.
        raise bad_value("An admin's e-mail address is changed by admins, and not from outside.")
    for field in KEPT:
        if field in given:
            setattr(scim, field, given[field])
    scim.user_name_key = scim.user_name.casefold() if scim.user_name else None
    if given.get("name") == "":
        given = {**given, "name": _composed(given) or _composed(vars(scim)) or name}
    changes = {field: given[field] for field in PROFILE if field in given} | {"email": email}
    if "phoneNumbers" in given:
        changes["phone"] = _main(given["phoneNumbers"])
    _profile(person, changes)
    for attribute in SEVERAL:
        if attribute in given:
            _keep_values(person, attribute, given[attribute])
    _standing(person, given)


def _profile(person: Person, changes: dict[str, Any]) -> None:
    manager_id = changes.get("manager_id")
    if manager_id is not None and db.session.get(Person, manager_id) is None:
        raise bad_value("manager: there is no such user.")
    try:
        update_person(None, person, **changes)
    except Invalid as error:
        named = "; ".join(f"{name}: {' '.join(each)}" for name, each in error.errors.items())
        raise bad_value(named or error.detail) from error
    except Conflict as error:
        raise taken(error.detail) from error


def _keep_values(person: Person, attribute: str, given: list[dict[str, Any]]) -> None:
    mine = delete(ScimValue).where(
        ScimValue.person_id == person.id, ScimValue.attribute == attribute
    )
    db.session.execute(mine.execution_options(synchronize_session="fetch"))
    main = next((each for each in given if each["primary"]), given[0] if given else None)
    for position, each in enumerate(given):
        db.session.add(
            ScimValue(
                person_id=person.id,
                attribute=attribute,
                position=position,
                value=None if each is main else each["value"],
                kind=each["type"],
                is_primary=each["primary"],
            )
        )


def _standing(person: Person, given: dict[str, Any]) -> None:
    """Give somebody the role that is asserted, and let them in or out."""
    role = given.get("role", person.role)
    if role == "admin" and person.role != "admin":
        raise bad_value("Admins are made by admins, and not from outside.")
    if person.role != "admin":
        _stand(partial(set_role, None, person, role))
    if given.get("active") is False:
        _stand(partial(deactivate_person, None, person))
    elif given.get("active") is True:
        reactivate_person(None, person)


def _stand(write: Callable[[], object]) -> None:
    try:
        write()
    except Conflict as error:
        raise ScimError(409, error.detail) from error
