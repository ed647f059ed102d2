"""Reads: sessions that began at a provider, and who is known there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from enterprise_social.accounts.sign_on.models import ExternalIdentity, SignOnSession
from enterprise_social.core.db import db
from enterprise_social.core.sealing import CantUnseal, unseal
from enterprise_social.people.models import Group

SEALED_FOR = "accounts.id_token"
MOST_GROUPS = 500


@dataclass(frozen=True)
class AtProvider:
    """A session that began at a provider; ``id_token`` is empty where it can't be read."""

    issuer: str
    id_token: str


def at_provider(session_id: int) -> AtProvider | None:
    """Return how a session began at a provider, or None where it didn't."""
    statement = (
        select(ExternalIdentity.issuer, SignOnSession.id_token)
        .join(ExternalIdentity, ExternalIdentity.id == SignOnSession.identity_id)
        .where(SignOnSession.session_id == session_id)
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        return None
    try:
        return AtProvider(row.issuer, unseal(row.id_token, SEALED_FOR))
    except CantUnseal:
        return AtProvider(row.issuer, "")


def is_known(person_id: int, issuer: str, subject: str | None = None) -> bool:
    """Tell whether the provider knows this person, and where it is given, by this subject."""
    statement = select(ExternalIdentity.id).where(
        ExternalIdentity.person_id == person_id, ExternalIdentity.issuer == issuer
    )
    if subject is not None:
        statement = statement.where(ExternalIdentity.subject == subject)
    return db.session.execute(statement).first() is not None


def identity_count(issuer: str) -> int:
    """Return how many people the provider has brought in."""
    statement = select(func.count()).where(ExternalIdentity.issuer == issuer)
    return int(db.session.execute(statement).scalar_one())


def groups_by_hand() -> Sequence[tuple[int, str]]:
    """Return ids and names of the groups that a provider's groups can stand for."""
    statement = select(Group.id, Group.name).where(
        Group.kind == "hand", Group.archived_at.is_(None)
    )
    found = db.session.execute(statement.order_by(Group.name, Group.id).limit(MOST_GROUPS))
    return [(row.id, row.name) for row in found]
