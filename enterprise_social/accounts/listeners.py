"""What follows for accounts when people leave, and the mails that are asked for."""

from __future__ import annotations

from enterprise_social.accounts import actions
from enterprise_social.accounts.events import (
    BreakGlassUsed,
    FactorsDue,
    NewBrowser,
    PasswordResetRequested,
    SecurityChanged,
)
from enterprise_social.core import live
from enterprise_social.core.db import db
from enterprise_social.core.events import after, during
from enterprise_social.people.events import (
    AddressChanged,
    PersonCreated,
    PersonDeactivated,
    PersonSuspended,
    RoleChanged,
)
from enterprise_social.people.models import Person


@during(PersonDeactivated)
def end_everything(event: PersonDeactivated) -> None:
    """Take every way in from somebody who left; their sockets close with the commit."""
    actions.end_sessions(event.person_id)
    actions.end_access_tokens(event.person_id)
    actions.forget_credentials(event.person_id)
    actions.end_pending(event.person_id)
    live.control("sign_out", person_id=event.person_id)


@during(PersonSuspended)
def close_what_is_open(event: PersonSuspended) -> None:
    """Sign somebody out everywhere; their tokens work again when the suspension is over."""
    actions.end_sessions(event.person_id)
    live.control("sign_out", person_id=event.person_id)


@during(RoleChanged)
def ask_again_who_it_is(event: RoleChanged) -> None:
    """Let nobody use new rights by a proof from before: it renews the session's token as well."""
    actions.ask_for_proof(event.person_id)


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


@after(SecurityChanged)
def mail_of_change(event: SecurityChanged) -> None:
    """Tell somebody that what protects their account is another thing now."""
    actions.tell_of_change(event.person_id, event.what)


@after(NewBrowser)
def mail_of_browser(event: NewBrowser) -> None:
    """Tell somebody that they were signed in elsewhere."""
    actions.tell_of_browser(event.person_id, event.address, event.user_agent)


@after(BreakGlassUsed)
def mail_of_break_glass(event: BreakGlassUsed) -> None:
    """Tell all admins that an account for emergencies was used."""
    actions.tell_of_break_glass(event.person_id, event.address, event.user_agent)


@after(FactorsDue)
def close_sockets(_event: FactorsDue) -> None:
    """Let nobody hear what goes on who has to set up a second factor first."""
    actions.close_unproven_sockets()
