"""What happens to accounts."""

from __future__ import annotations

from dataclasses import dataclass

from enterprise_social.core.events import Event


@dataclass(frozen=True)
class PasswordResetRequested(Event):
    """Somebody asked for a new password for this address, which may be nobody's."""

    email: str


@dataclass(frozen=True)
class PasswordChanged(Event):
    """A person's password is another one now."""

    person_id: int


@dataclass(frozen=True)
class InvitationAccepted(Event):
    """Somebody followed an invitation and has an account now."""

    person_id: int
    invitation_id: int


@dataclass(frozen=True)
class SecurityChanged(Event):
    """What protects somebody's account changed, or something odd was seen; they are told.

    ``what`` is such as ``app_added``, ``passkey_removed``, ``recovery_code_used``, ``reset``.
    """

    person_id: int
    what: str


@dataclass(frozen=True)
class FactorsDue(Event):
    """From now on some get nowhere without a second factor."""


@dataclass(frozen=True)
class NewBrowser(Event):
    """Somebody signed in where they never did before."""

    person_id: int
    address: str
    user_agent: str


@dataclass(frozen=True)
class BreakGlassUsed(Event):
    """Somebody signed in with a password although passwords are switched off."""

    person_id: int
    address: str
    user_agent: str
