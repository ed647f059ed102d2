"""What follows for accounts when people leave, and the mails that are asked for."""

from __future__ import annotations

from enterprise_social.accounts import actions
from enterprise_social.accounts.events import PasswordResetRequested
from enterprise_social.core import live
from enterprise_social.core.db import db
from enterprise_social.core.events import after, during
from enterprise_social.people.events import AddressChanged, PersonCreated, PersonDeactivated
from enterprise_social.people.models import Person


@during(PersonDeactivated)
def end_everything(event: PersonDeactivated) -> None:
    """Take every way in from somebody who left; their sockets close with the commit."""
    actions.end_sessions(event.person_id)
    actions.end_access_tokens(event.person_id)
    actions.forget_credentials(event.person_id)
    live.control("sign_out", person_id=event.person_id)


@during(AddressChanged)
def end_links_to_the_old_address(event: AddressChanged) -> None:
    """Let nobody in by a link that lies in a mailbox which is somebody else's, or a wrong one."""
    actions.forget_credentials(event.person_id)
    actions.end_invitations(event.before)
    _end_links_that_others_saw(event.person_id)


@during(PersonCreated)
def end_links_from_before(event: PersonCreated) -> None:
    """Let nobody into an account by a link that was shown before it was there."""
    _end_links_that_others_saw(event.person_id)


def _end_links_that_others_saw(person_id: int) -> None:
    person = db.session.get_one(Person, person_id)
    actions.end_invitations(person.email, seen_by_others=True)


@after(PasswordResetRequested)
def mail_reset_link(event: PasswordResetRequested) -> None:
    """Mail the link, where somebody has the address that was asked for."""
    actions.send_password_reset(event.email)
