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
