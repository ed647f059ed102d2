"""Erasing a person (GDPR, article 17): what others see of them is gone with this transaction.

What takes longer, such as what others wrote to ``@name``, is done by ``erasing_steps``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Table, delete, or_, update

from enterprise_social.channels.actions.log import log_change
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.actions.photos import remove_photo
from enterprise_social.people.events import PersonChanged
from enterprise_social.people.models import Person
from enterprise_social.people.queries.people import by_username
from enterprise_social.records.erasing.traces import Traces
from enterprise_social.records.events import ErasureStep
from enterprise_social.records.inventory import CLEARED, GONE
from enterprise_social.records.models import (
    LONGEST_ERASURE_REASON,
    STATE_ID,
    Erasure,
    RecordsState,
)
from enterprise_social.records.policy.erasing import may_erase
from enterprise_social.records.policy.holds import is_person_held

# An address that can't exist (RFC 2606, section 2).
ADDRESS = "former-{id}@erased.invalid"
USERNAME = "former-colleague-{id}"
_PLAIN = {"synchronize_session": False}


@action
def erase_person(
    actor: Person | None,
    person: Person,
    *,
    confirmed: str,
    reason: str = "",
    removes_posts: bool = False,
) -> Erasure:
    """Take somebody's personal data away for good; their account is closed as well.

    ``confirmed`` is their username, written out. What they wrote stays under another name, or
    goes with ``removes_posts``. Raises Forbidden, Invalid, and Conflict where a legal hold covers
    them, no admin would be left, or they were erased before.
    """
    require(may_erase(actor, person), _("Only an admin may erase somebody, and not themselves."))
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_ERASURE_REASON:
        most = _("At most %(most)d characters.", most=LONGEST_ERASURE_REASON)
        raise Invalid(errors={"reason": [most]})
    _refuse_under_hold(person)
    person = lock(Person, person.id)
    if person.erased_at is not None:
        raise Conflict(_("This person was erased already."))
    if confirmed.strip().removeprefix("@").casefold() != person.username:
        raise Invalid(errors={"confirmed": [_("Write the username as it stands above.")]})
    person = deactivate_person(actor, person)
    traces = Traces(
        person.id, person.username, person.email, person.name, _free_username(person.id), _name()
    )
    remove_photo(None, person)
    _leave_channels(person.id)
    _take_rows_away(person.id)
    _rename(person, traces)
    erasure = Erasure(
        person_id=person.id,
        asked_by_id=None if actor is None else actor.id,
        asked_at=now(),
        reason=reason,
        removes_posts=removes_posts,
        traces=traces.sealed(),
        counts={},
    )
    db.session.add(erasure)
    db.session.flush()
    audit.record(actor, "people.erased", f"person:{person.id}", {"removes_posts": removes_posts})
    announce(PersonChanged(person.id, True))
    announce(ErasureStep(erasure.id))
    return erasure


def _refuse_under_hold(person: Person) -> None:
    # Whoever sets a hold locks the same row: neither misses the other.
    lock(RecordsState, STATE_ID)
    if is_person_held(person.id):
        raise Conflict(_("A legal hold covers this person. Nothing of theirs may be lost now."))


def _free_username(person_id: int) -> str:
    wanted, number = USERNAME.format(id=person_id), 1
    while by_username(wanted) is not None:
        number += 1
        wanted = f"{USERNAME.format(id=person_id)}-{number}"
    return wanted


def _name() -> str:
    """Return what everybody is called who was erased, in the organisation's language."""
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        return _("Former colleague")


def _leave_channels(person_id: int) -> None:
    """Go out of every channel; a direct conversation keeps its people, for those who read it."""
    ids = db.session.scalars(
        db.select(Channel.id)
        .join(Membership, Membership.channel_id == Channel.id)
        .where(Membership.person_id == person_id, Channel.kind != "direct")
        .order_by(Channel.id)
    ).all()
    for channel_id in ids:
        channel = lock(Channel, channel_id)
        channel.member_count = max(0, channel.member_count - 1)
        db.session.execute(
            delete(Membership)
            .where(Membership.channel_id == channel_id, Membership.person_id == person_id)
            .execution_options(**_PLAIN)
        )
        db.session.flush()
        log_change(channel_id, "membership_changed", person_id=person_id)


def _take_rows_away(person_id: int) -> None:
    tables = Base.metadata.tables
    # Children first: what names another row of the same person goes before it.
    order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
    for name in sorted(GONE, key=lambda each: -order[each]):
        theirs = _named(tables[name], GONE[name], person_id)
        db.session.execute(delete(tables[name]).where(theirs))
    for name, (column, values) in CLEARED.items():
        theirs = _named(tables[name], (column,), person_id)
        db.session.execute(update(tables[name]).where(theirs).values(**values))
    db.session.expire_all()


def _named(table: Table, columns: tuple[str, ...], person_id: int) -> Any:
    return or_(*(table.c[column] == person_id for column in columns))


def _rename(person: Person, traces: Traces) -> None:
    person.name, person.username = traces.now_named, traces.now_called
    person.email = ADDRESS.format(id=person.id)
    for column in ("title", "department", "location", "pronouns", "phone", "photo"):
        setattr(person, column, "")
    person.time_zone, person.locale, person.role = "UTC", "en", "employee"
    person.employee_number = person.started_on = person.manager_id = None
    person.import_key = person.suspended_until = person.muted_until = None
    # Not to the second: when somebody came can tell who they were.
    person.created_at = datetime(person.created_at.year, 1, 1, tzinfo=UTC)
    person.erased_at = now()
    person.version += 1
    db.session.flush()
