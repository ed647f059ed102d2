"""Writes: sign-ins that wait for their second half, a code or a passkey."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select

from enterprise_social.accounts.factors import queries
from enterprise_social.accounts.factors.models import PendingSignIn
from enterprise_social.accounts.secret_tokens import new_token, token_hash
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Gone
from enterprise_social.people.models import Person

PENDING_LASTS = timedelta(minutes=10)


@action
def begin_pending(person: Person, *, remember: bool) -> str:
    """Let somebody whose password was right go on to the second factor; returns the token.

    It is no session: it opens nothing but that step.
    """
    token = new_token()
    db.session.execute(
        delete(PendingSignIn)
        .where(PendingSignIn.expires_at <= now())
        .execution_options(synchronize_session=False)
    )
    db.session.add(
        PendingSignIn(
            token_hash=token_hash(token),
            person_id=person.id,
            remember=remember,
            expires_at=now() + PENDING_LASTS,
        )
    )
    db.session.flush()
    return token


def end_pending(person_id: int) -> None:
    """End all half sign-ins of somebody, inside an action: what they began with no longer holds."""
    db.session.execute(
        delete(PendingSignIn)
        .where(PendingSignIn.person_id == person_id)
        .execution_options(synchronize_session=False)
    )


def take_pending(token: str) -> PendingSignIn:
    """Use a half sign-in up, inside an action. Raises Gone where it is over or used."""
    statement = (
        select(PendingSignIn)
        .where(queries.usable_pending(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: PendingSignIn | None = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise gone()
    db.session.delete(found)
    return found


def gone() -> Gone:
    """Return the error for a half sign-in that is over."""
    return Gone(_("That took too long. Begin again with your password."))
