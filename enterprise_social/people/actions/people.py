"""Writes: people come, change, leave and come back.

An actor of None is the installation itself: the command line, an import, an accepted invitation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from enterprise_social.core import audit, live, screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.people import details, policy
from enterprise_social.people.actions import handles
from enterprise_social.people.actions.history import note_changes
from enterprise_social.people.actions.rights import take_rights
from enterprise_social.people.built_in import KEPT_IN_FORMS
from enterprise_social.people.events import (
    AddressChanged,
    PersonChanged,
    PersonCreated,
    PersonDeactivated,
    PersonReactivated,
    RoleChanged,
)
from enterprise_social.people.models import Person
from enterprise_social.people.policy import suggestible
from enterprise_social.people.policy.guests import GUEST
from enterprise_social.people.queries.fields import hidden_names
from enterprise_social.people.usernames import make_username

# The fields in which people write what they like.
_READ = frozenset({"name", "username", "title", "department", "location", "pronouns"})
LONGEST_LINE = 50  # of managers above one another; more is a loop
_PLACING = 7302  # of advisory locks: one of ours among those of others


@action
def create_person(
    actor: Person | None,
    *,
    email: str,
    name: str,
    username: str | None = None,
    role: str = "employee",
    manager_id: int | None = None,
    is_bot: bool = False,
    import_key: str | None = None,
    created_at: datetime | None = None,
    **profile: str,
) -> Person:
    """Add somebody to the organisation; they can't sign in until a password is set.

    ``profile`` takes title, department, location, pronouns, phone, time_zone and locale. Without a
    ``username`` one is made from the name or the address. Raises Forbidden, and Invalid for a bad
    field or one that is somebody else's already.
    """
    require(policy.may_create(actor, role), _("You may not add people of this role."))
    unknown = set(profile) - policy.OWN_FIELDS
    if unknown:
        raise TypeError(f"unknown fields of a person: {sorted(unknown)}")
    values = details.clean({"email": email, "name": name, "role": role, **profile})
    if username is None:
        values["username"] = make_username(values["name"], values["email"], _username_taken)
    else:
        values |= details.clean({"username": username})
    values |= _screened(actor, None, values)
    person = Person(
        **values,
        manager_id=manager_id,
        is_bot=is_bot,
        import_key=import_key,
        created_at=created_at or now(),
        version=1,
    )
    _refuse_duplicates(person.email, person.username, None)
    db.session.add(person)
    _flush()
    audit.record(actor, "people.created", f"person:{person.id}", {"role": role})
    announce(PersonCreated(person.id))
    return person


@action
def update_person(actor: Person | None, person: Person, **changes: Any) -> Person:
    """Change fields of somebody's profile.

    Everybody may change their own (policy.OWN_FIELDS), admins also e-mail, username and manager_id
    and everybody's. Raises Forbidden, Invalid, Conflict.
    """
    require(policy.may_edit(actor, person), _("You may only change your own profile."))
    refused = set(changes) - policy.editable_fields(actor, person)
    require(not refused, _("Only an admin may change this."))
    if "manager_id" in changes:
        place_one_by_one()
    person = lock(Person, person.id)
    values = details.clean(changes)
    changed = {field for field, value in values.items() if getattr(person, field) != value}
    if not changed:
        return person
    if not policy.is_admin(actor):
        _refuse_hidden(changed)
    values |= _screened(actor, person, {field: values[field] for field in changed})
    if "manager_id" in changed:
        _check_manager(person, values["manager_id"])
    if changed & {"email", "username"}:
        _refuse_duplicates(
            values.get("email", person.email), values.get("username", person.username), person.id
        )
    before = {field: getattr(person, field) for field in changed}
    for field in changed:
        setattr(person, field, values[field])
    note_changes(actor, person, {each: (before[each], values[each]) for each in sorted(changed)})
    _changed(person, moved="manager_id" in changed)
    if "email" in changed:
        announce(AddressChanged(person.id, before["email"]))
    audit.record(actor, "people.updated", f"person:{person.id}", {"fields": sorted(changed)})
    return person


@action
def place_one_by_one() -> None:
    """Wait for whoever else gives somebody a manager now; call it before people are locked.

    Of two people who are put over each other at the same moment each would look for the loop
    before the other is there.
    """
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(_PLACING, 0)))


@action
def set_role(actor: Person | None, person: Person, role: str) -> Person:
    """Give somebody another role. Raises Conflict where no admin would be left."""
    require(policy.may_set_role(actor), _("Only an admin may change roles."))
    role = details.clean({"role": role})["role"]
    person, admins = _lock_with_admins(person.id)
    if person.role == role:
        return person
    _keep_an_admin(person, admins)
    before, person.role = person.role, role
    note_changes(actor, person, {"role": (before, role)})
    _changed(person)
    if role == GUEST:
        take_rights(actor, person.id, "guest")
    announce(RoleChanged(person.id, before, role))
    # Whom they may see is another question from now on; open sockets are answered anew.
    live.control("look_at_people", person_ids=[person.id])
    # So is what they read without being in it.
    live.control("recheck_looking", person_id=person.id)
    audit.record(actor, "people.role", f"person:{person.id}", {"from": before, "to": role})
    return person


@action
def deactivate_person(actor: Person | None, person: Person) -> Person:
    """Close somebody's account; what they wrote stays. Does nothing where it is closed already.

    Raises Forbidden (also for oneself) and Conflict where no admin would be left.
    """
    require(policy.may_deactivate(actor, person), _("You may not deactivate this account."))
    person, admins = _lock_with_admins(person.id)
    if person.deactivated_at is not None:
        return person
    _keep_an_admin(person, admins)
    person.deactivated_at = now()
    note_changes(actor, person, {"deactivated_at": (None, person.deactivated_at)})
    _changed(person)
    audit.record(actor, "people.deactivated", f"person:{person.id}")
    announce(PersonDeactivated(person.id))
    return person


@action
def reactivate_person(actor: Person | None, person: Person) -> Person:
    """Open somebody's account again, with the password they had."""
    require(policy.may_reactivate(actor), _("Only an admin may reactivate accounts."))
    person = lock(Person, person.id)
    if person.erased_at is not None:
        raise Conflict(_("This person was erased. Whoever comes back gets a new account."))
    if person.deactivated_at is None:
        return person
    note_changes(actor, person, {"deactivated_at": (person.deactivated_at, None)})
    person.deactivated_at = None
    _changed(person)
    audit.record(actor, "people.reactivated", f"person:{person.id}")
    announce(PersonReactivated(person.id))
    return person


def _changed(person: Person, *, moved: bool = False) -> None:
    person.version += 1
    _flush()
    announce(PersonChanged(person.id, moved))


def _screened(
    actor: Person | None, person: Person | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what others read of these fields, by the rules of words for profiles."""
    told = {field: value for field, value in values.items() if field in _READ and value}
    target = "" if person is None else f"person:{person.id}"
    kept = screening.clean("profiles", told, actor=actor, target=target)
    return details.clean({field: text for field, text in kept.items() if text != told[field]})


def _refuse_hidden(changed: set[str]) -> None:
    refused = (changed - KEPT_IN_FORMS) & hidden_names()
    if refused:
        detail = _("Your organisation doesn't use this field.")
        raise Invalid(errors={name: [detail] for name in sorted(refused)})


def _username_taken(username: str) -> bool:
    return handles.is_a_person(username) or handles.is_a_group(username)


def _refuse_duplicates(email: str, username: str, own_id: int | None) -> None:
    statement = select(Person.id, Person.email, Person.username).where(
        (Person.email == email) | (Person.username == username)
    )
    others = [row for row in db.session.execute(statement) if row.id != own_id]
    errors = {}
    if any(row.email == email for row in others):
        errors["email"] = [_("Somebody has this e-mail address already.")]
    handles.reserve(username)
    if any(row.username == username for row in others):
        errors["username"] = [_("Somebody has this username already.")]
    elif handles.is_a_group(username):
        errors["username"] = [_("A group has this name already.")]
    if errors:
        raise Invalid(errors=errors)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        # Two of the same at the same moment: the first one won.
        raise Conflict(_("Somebody else was given the same address or name just now.")) from error


def _check_manager(person: Person, manager_id: int | None) -> None:
    """Refuse a manager who is below the person already, naming the loop that it would make."""
    line: list[str] = []
    above = manager_id
    while above is not None:
        if above == person.id:
            names = " → ".join([person.name, *line, person.name])
            detail = _("Nobody can be above themselves: %(names)s.", names=names)
            raise Invalid(errors={"manager_id": [detail]})
        if len(line) >= LONGEST_LINE:
            raise Invalid(errors={"manager_id": [_("Too many managers would be over them.")]})
        statement = select(Person.name, Person.manager_id).where(Person.id == above)
        row = db.session.execute(statement).first()
        if row is None:
            raise Invalid(errors={"manager_id": [_("There is no such person.")]})
        line.append(row.name)
        above = row.manager_id


def _lock_with_admins(person_id: int) -> tuple[Person, list[int]]:
    """Lock somebody and all active admins; return them and the admins' ids.

    All in one order, so that admins who demote each other wait instead of both being the last.
    """
    statement = (
        select(Person)
        .where((Person.id == person_id) | ((Person.role == "admin") & suggestible()))
        .order_by(Person.id)
        # Rows that only name one of them, such as what they write meanwhile, needn't wait.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    locked = db.session.scalars(statement).all()
    person = next((one for one in locked if one.id == person_id), None)
    if person is None:
        raise NotFound()
    return person, [one.id for one in locked if one.role == "admin" and one.is_active]


def _keep_an_admin(person: Person, admins: list[int]) -> None:
    if admins == [person.id]:
        raise Conflict(_("This is the last admin. Make somebody else an admin first."))
