"""Writes: the browsers in which somebody signed in before; of another one they are told."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from enterprise_social.accounts.events import NewBrowser
from enterprise_social.accounts.factors.models import KnownBrowser
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.secret_tokens import token_hash
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person

KNOWN_FOR = timedelta(days=365)


def note_browser(person: Person, session: SignInSession, browser: str) -> None:
    """Remember, inside an action, the browser that a session begins in; announce a new one.

    ``browser`` is the token of its cookie; without one it is no browser. The first one that
    somebody has is announced to nobody: there is none to compare it with.
    """
    if not browser:
        return
    hashed = token_hash(browser)
    mine = KnownBrowser.person_id == person.id
    db.session.execute(
        delete(KnownBrowser)
        .where(mine, KnownBrowser.last_seen_at <= now() - KNOWN_FOR)
        .execution_options(synchronize_session=False)
    )
    known = db.session.scalars(select(KnownBrowser).where(mine)).all()
    here = next((each for each in known if each.token_hash == hashed), None)
    if here is not None:
        here.last_seen_at = now()
        return
    db.session.add(
        KnownBrowser(
            person_id=person.id, token_hash=hashed, first_seen_at=now(), last_seen_at=now()
        )
    )
    if known:
        announce(NewBrowser(person.id, session.address, session.user_agent))
