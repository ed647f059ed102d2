"""Second factors, the steps between a password and a session, and the browsers that are known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_PASSKEY_NAME = 80


def _person(*, primary_key: bool = False, index: bool = False) -> Mapped[int]:
    of = ForeignKey("people.id", ondelete="CASCADE")
    if primary_key:
        return mapped_column(BigId, of, primary_key=True, autoincrement=False)
    return mapped_column(BigId, of, index=index)


class AuthenticatorApp(Base):
    """A person's authenticator app (RFC 6238): its key, sealed, and the last step that was used.

    A code is good once: what is not above ``last_step`` is refused (RFC 6238, 5.2).
    """

    __tablename__ = "authenticator_apps"

    person_id: Mapped[int] = _person(primary_key=True)
    sealed_key: Mapped[str] = mapped_column(String(300))
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RecoveryCode(Base):
    """A code on paper, for when everything else is lost; 80 random bits, kept as SHA-256."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = _person()
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)


class Passkey(Base):
    """A passkey (WebAuthn level 3): the public half of it.

    ``credential_id`` and ``public_key`` (COSE) are base64url; ``user_handle`` is a random name of
    the person that is the same for all of theirs, and tells nothing of them.
    """

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = _person(index=True)
    name: Mapped[str] = mapped_column(String(LONGEST_PASSKEY_NAME))
    credential_id: Mapped[str] = mapped_column(Text)
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_handle: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    backed_up: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class PasskeyChallenge(Base):
    """A challenge that was given out: good once, for one use, within minutes."""

    __tablename__ = "passkey_challenges"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    challenge_hash: Mapped[str] = mapped_column(String(64), unique=True)
    use: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class PendingSignIn(Base):
    """Somebody gave the right password and must still show a second factor; not a session yet."""

    __tablename__ = "pending_sign_ins"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = _person(index=True)
    remember: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class KnownBrowser(Base):
    """A browser in which somebody signed in before, known by a cookie; others are told by mail."""

    __tablename__ = "known_browsers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = _person()
    token_hash: Mapped[str] = mapped_column(String(64))
    first_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("person_id", "token_hash"),
        Index("ix_known_browsers_last_seen_at", "last_seen_at"),
    )
