"""Writes: personal access tokens for programs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from enterprise_social.accounts.models import AccessToken
from enterprise_social.accounts.policy import SCOPES, grantable_scopes
from enterprise_social.accounts.secret_tokens import (
    ACCESS_TOKEN_PREFIX,
    connection_id_of_token,
    new_token,
    token_hash,
)
from enterprise_social.core import audit, live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.text import safe_name
from enterprise_social.people.models import Person

LONGEST_NAME = 80
MOST_TOKENS = 100


@action
def create_access_token(
    actor: Person,
    name: str,
    scopes: Collection[str] = ("read", "write"),
    expires_at: datetime | None = None,
) -> tuple[AccessToken, str]:
    """Make a token with which a program acts for ``actor``.

    Returns it and its text, which is kept nowhere else. Raises Invalid for the name, scopes or
    expiry, Forbidden for a scope that the actor may not give, Conflict above MOST_TOKENS.
    """
    name = safe_name(name)
    _check(name, scopes, expires_at)
    refused = set(scopes) - set(grantable_scopes(actor))
    require(not refused, _("Only an admin may give this scope."))
    mine = select(func.count(AccessToken.id)).where(AccessToken.person_id == actor.id)
    if db.session.execute(mine).scalar_one() >= MOST_TOKENS:
        raise Conflict(_("You have too many tokens. Revoke some first."))
    text = new_token(ACCESS_TOKEN_PREFIX)
    token = AccessToken(
        person_id=actor.id,
        name=name,
        token_hash=token_hash(text),
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=now(),
        expires_at=expires_at,
    )
    db.session.add(token)
    db.session.flush()
    details = {"scopes": token.scopes}
    audit.record(actor, "accounts.token_created", f"token:{token.id}", details)
    return token, text


@action
def revoke_access_token(actor: Person, token: AccessToken) -> None:
    """End one of one's own tokens; its sockets close."""
    require(token.person_id == actor.id, _("This is somebody else's token."))
    _end(actor.id, token.id)
    audit.record(actor, "accounts.token_revoked", f"token:{token.id}")


@action
def end_access_tokens(person_id: int) -> None:
    """End all tokens of somebody who may no longer sign in."""
    _end(person_id, None)


@action
def touch_access_token(token_id: int) -> None:
    """Note that a token is in use."""
    db.session.execute(
        update(AccessToken)
        .where(AccessToken.id == token_id)
        .values(last_used_at=now())
        .execution_options(synchronize_session=False)
    )


def _end(person_id: int, token_id: int | None) -> None:
    statement = delete(AccessToken).where(AccessToken.person_id == person_id)
    if token_id is not None:
        statement = statement.where(AccessToken.id == token_id)
    ended = db.session.execute(
        statement.returning(AccessToken.id).execution_options(synchronize_session=False)
    ).all()
    for row in ended:
        live.control("sign_out_session", session_id=connection_id_of_token(row.id))


def _check(name: str, scopes: Collection[str], expires_at: datetime | None) -> None:
    errors: dict[str, list[str]] = {}
    if not name:
        errors["name"] = [_("Say what the token is for.")]
    elif len(name) > LONGEST_NAME:
        errors["name"] = [_("At most %(count)d characters fit here.", count=LONGEST_NAME)]
    if not scopes or not set(scopes) <= set(SCOPES):
        errors["scopes"] = [_("Choose at least one of the scopes.")]
    if expires_at is not None and expires_at <= now():
        errors["expires_at"] = [_("Choose a day that is still to come.")]
    if errors:
        raise Invalid(errors=errors)
