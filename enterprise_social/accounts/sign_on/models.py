"""Who somebody is for an identity provider, and which sessions began there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_ISSUER, LONGEST_SUBJECT = 300, 255  # a subject: OpenID Connect Core, 2


class ExternalIdentity(Base):
    """A person as a provider knows them: its subject never changes and is never given twice.

    ``issuer`` is the provider's, or ``ldap:`` and the base of a directory.
    """

    __tablename__ = "external_identities"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    issuer: Mapped[str] = mapped_column(String(LONGEST_ISSUER))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("issuer", "subject"),)


class SignOnSession(Base):
    """A session that began at the provider: it can end it there, or be told that we ended it.

    ``sid`` is the provider's own name of the session; ``id_token`` is sealed.
    """

    __tablename__ = "sign_on_sessions"

    session_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), primary_key=True,
        autoincrement=False,
    )  # fmt: skip
    identity_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("external_identities.id", ondelete="CASCADE"), index=True
    )
    sid: Mapped[str] = mapped_column(String(255), default="", index=True)
    id_token: Mapped[str] = mapped_column(Text, default="")
