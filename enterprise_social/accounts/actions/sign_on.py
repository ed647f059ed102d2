"""Writes: people whom the organisation's identity provider knows come in and are signed out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlalchemy import select

from enterprise_social.accounts.actions import sessions
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.sign_on import settings
from enterprise_social.accounts.sign_on.claims import Told
from enterprise_social.accounts.sign_on.models import (
    LONGEST_ISSUER,
    LONGEST_SUBJECT,
    ExternalIdentity,
    SignOnSession,
)
from enterprise_social.accounts.sign_on.queries import SEALED_FOR
from enterprise_social.accounts.sign_on.refusals import SignOnRefused
from enterprise_social.core import audit
from enterprise_social.core import settings as organisation
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Invalid
from enterprise_social.core.sealing import seal
from enterprise_social.people.actions import create_person, set_role, update_person
from enterprise_social.people.actions.groups import put_group_member, remove_group_member
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.models.people import ROLES
from enterprise_social.people.policy import is_admin
from enterprise_social.people.queries import by_email

log = logging.getLogger(__name__)


def sign_on(
    told: Told, *, sid: str = "", id_token: str = "", address: str = "", user_agent: str = ""
) -> tuple[SignInSession, str]:
    """Begin a session for whom the provider tells of, with an account where they have none.

    What the provider says of them and of their groups is taken over first. Returns the session and
    its token, which is kept nowhere else. Raises SignOnRefused.
    """
    return _begin(known_as(told), sid, id_token, address, user_agent)


def known_as(told: Told) -> ExternalIdentity:
    """Return who somebody is whom a provider or directory has proven, with what it says of them.

    They get an account where they have none. Raises SignOnRefused.
    """
    try:
        identity = _identified(told)
    except (Conflict, Invalid):
        # Two tabs at once: the other one made the account, before or after we looked for it.
        identity = _identified(told)
    _keep_up(told, db.session.get_one(Person, identity.person_id))
    return identity


@action
def end_sign_on_sessions(issuer: str, *, subject: str = "", sid: str = "") -> int:
    """End what the provider says is over: one session by ``sid``, or all of ``subject``.

    Returns how many there were; their sockets close.
    """
    statement = (
        select(ExternalIdentity.person_id, SignOnSession.session_id)
        .join(ExternalIdentity, ExternalIdentity.id == SignOnSession.identity_id)
        .where(ExternalIdentity.issuer == issuer)
    )
    if subject:
        statement = statement.where(ExternalIdentity.subject == subject)
    if sid or not subject:
        statement = statement.where(SignOnSession.sid == sid)
    theirs: dict[int, list[int]] = {}
    for row in db.session.execute(statement):
        theirs.setdefault(row.person_id, []).append(row.session_id)
    ended = 0
    for person_id, session_ids in theirs.items():
        ended += sessions.end_these(person_id, session_ids)
        details = {"sessions": session_ids}
        audit.record(None, "accounts.signed_out_by_provider", f"person:{person_id}", details)
    return ended


@action
def change_sign_on(actor: Person | None, given: Mapping[str, Any]) -> None:
    """Set what is given of sign-on's settings, by their names. Raises Forbidden and Invalid."""
    require(is_admin(actor))
    try:
        organisation.change(actor, {settings.PREFIX + name: value for name, value in given.items()})
    except Invalid as error:
        named = {name.removeprefix(settings.PREFIX): each for name, each in error.errors.items()}
        raise Invalid(errors=named) from None


@action
def forget_identities(actor: Person | None, person: Person) -> int:
    """Have a provider's account no longer be this person's; whoever it brought in is out.

    Returns how many there were. For an address that was given to somebody else at the provider.
    """
    require(is_admin(actor))
    mine = select(ExternalIdentity).where(ExternalIdentity.person_id == person.id)
    found = db.session.scalars(mine).all()
    for identity in found:
        end_sign_on_sessions(identity.issuer, subject=identity.subject)
        db.session.delete(identity)
    if found:
        audit.record(actor, "accounts.identities_forgotten", f"person:{person.id}")
    return len(found)


@action
def _identified(told: Told) -> ExternalIdentity:
    """Return whom the provider means: known by its subject, else by an address it vouches for."""
    if len(told.issuer) > LONGEST_ISSUER or not 1 <= len(told.subject) <= LONGEST_SUBJECT:
        raise SignOnRefused("no_account")
    known = _known(told.issuer, told.subject)
    if known is not None:
        known.last_used_at = now()
        return known
    person = _by_address(told)
    refuse_inactive(person)
    identity = ExternalIdentity(
        person_id=person.id,
        issuer=told.issuer,
        subject=told.subject,
        created_at=now(),
        last_used_at=now(),
    )
    db.session.add(identity)
    db.session.flush()
    details = {"issuer": told.issuer}
    audit.record(None, "accounts.identity_linked", f"person:{person.id}", details)
    return identity


def _known(issuer: str, subject: str) -> ExternalIdentity | None:
    statement = select(ExternalIdentity).where(
        ExternalIdentity.issuer == issuer, ExternalIdentity.subject == subject
    )
    found: ExternalIdentity | None = db.session.execute(statement).scalar_one_or_none()
    return found


def _by_address(told: Told) -> Person:
    if not told.email:
        raise SignOnRefused("unverified" if told.unverified_email else "no_email")
    person = by_email(told.email)
    if person is None:
        return _created(told)
    person = lock(Person, person.id)
    other = select(ExternalIdentity.id).where(
        ExternalIdentity.person_id == person.id, ExternalIdentity.issuer == told.issuer
    )
    if person.is_bot or db.session.execute(other).first() is not None:
        # Addresses are given again to others; subjects never are.
        raise SignOnRefused("taken")
    return person


def _created(told: Told) -> Person:
    if not settings.get("create_accounts"):
        raise SignOnRefused("no_account")
    domains = settings.get("domains")
    if domains and told.email.rpartition("@")[2] not in domains:
        raise SignOnRefused("domain")
    name = told.name or told.email.partition("@")[0]
    return create_person(None, email=told.email, name=name, role=settings.get("role"))


def refuse_inactive(person: Person) -> None:
    """Raise SignOnRefused for somebody who may not come in."""
    if person.deactivated_at is not None:
        raise SignOnRefused("deactivated")
    if not person.is_active:
        raise SignOnRefused("suspended")


def _keep_up(told: Told, person: Person) -> None:
    """Take over what the provider says; what can't be taken keeps nobody out."""
    if not person.is_active:
        return
    changes = dict(told.fields)
    changes |= {"name": told.name} if told.name else {}
    changes |= {"email": told.email} if told.email else {}
    for field, value in changes.items() if settings.get("update_profiles") else ():
        if getattr(person, field) != value:
            _try(partial(update_person, None, person, **{field: value}))
    meanings = settings.get("groups")
    if told.groups is None or not meanings:
        return
    has = [each for each in meanings if each["claim"] in told.groups]
    if any(each["role"] for each in meanings):
        roles = [each["role"] for each in has if each["role"]] or [settings.get("role")]
        _try(partial(set_role, None, person, max(roles, key=ROLES.index)))
    seats = {each["group_id"] for each in meanings if each["group_id"]}
    wanted = {each["group_id"] for each in has if each["group_id"]}
    _seat(person, seats, wanted)


def _seat(person: Person, seats: set[int], wanted: set[int]) -> None:
    mine = select(GroupMember.group_id).where(
        GroupMember.person_id == person.id, GroupMember.group_id.in_(seats)
    )
    present = set(db.session.scalars(mine)) if seats else set()
    for group_id in sorted(present ^ wanted):
        group = db.session.get(Group, group_id)
        if group is None or group.kind != "hand" or group.archived_at is not None:
            continue
        if group_id in wanted:
            _try(partial(put_group_member, None, group, person))
        else:
            _try(partial(remove_group_member, None, group, person))


def _try(write: Callable[[], object]) -> None:
    try:
        write()
    except (Conflict, Invalid) as error:
        log.warning("what the provider says of somebody can't be taken: %s", error.detail)
    except AppError:
        log.warning("what the provider says of somebody was refused", exc_info=True)


@action
def _begin(
    identity: ExternalIdentity, sid: str, id_token: str, address: str, user_agent: str
) -> tuple[SignInSession, str]:
    person = lock(Person, identity.person_id)
    refuse_inactive(person)
    session, token = sessions.begin_session(
        person, address=address, user_agent=user_agent, factor="sso"
    )
    db.session.add(
        SignOnSession(
            session_id=session.id,
            identity_id=identity.id,
            sid=sid[:255],
            id_token=seal(id_token, SEALED_FOR) if id_token else "",
        )
    )
    return session, token
