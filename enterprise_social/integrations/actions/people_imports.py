"""A list of people: it is given, read, looked at, and then confirmed or given up.

Steps that take long are the worker's (``people_reading``, ``people_writing``); here is what
people decide. An actor of None is the installation itself: the command line.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, BinaryIO

from flask_babel import gettext as _
from sqlalchemy import delete

from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, TooLarge
from enterprise_social.core.events import announce
from enterprise_social.files.names import clean_name
from enterprise_social.files.storage import storage
from enterprise_social.integrations import policy
from enterprise_social.integrations.events import (
    PeopleImportAged,
    PeopleImportClosed,
    PeopleImportStep,
)
from enterprise_social.integrations.models import PeopleImport, PeopleImportLine
from enterprise_social.integrations.people_csv import reading
from enterprise_social.integrations.queries.people_imports import missing_count
from enterprise_social.people.models import Person

# What stands in a list is personal: it goes when nobody needs to look at it any more.
KEPT = timedelta(days=30)
LONGEST_TARGET = 60
_INDEXES = frozenset(map(str, range(reading.MOST_COLUMNS)))
OPEN_STATES = ("reading", "ready", "confirmed")


def begin_people_import(
    actor: Person | None, content: BinaryIO, filename: str, options: Mapping[str, Any] | None = None
) -> PeopleImport:
    """Take a CSV file in and have it read; nothing is changed by it yet.

    ``options`` are encoding and delimiter (keys of ``reading``'s tables, empty to find them out)
    and clears (an empty cell clears). ``content`` is seekable. Raises Forbidden, TooLarge.
    """
    require(policy.may_import_people(actor), _("Only admins may bring people in."))
    if content.seek(0, io.SEEK_END) > reading.MOST_BYTES:
        most = reading.MOST_BYTES // 2**20
        raise TooLarge(_("The file is larger than %(count)d MB. Split it.", count=most))
    content.seek(0)
    found = _begin(actor, clean_name(filename), checked_options(options or {}))
    storage().put(found.storage_key, content)
    read_again(actor, found)
    return found


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be chosen about a file's reading, without anything unknown."""
    encoding, delimiter = options.get("encoding", ""), options.get("delimiter", "")
    return {
        "encoding": encoding if encoding in reading.ENCODINGS else "",
        "delimiter": delimiter if delimiter in reading.DELIMITERS else "",
        "clears": bool(options.get("clears")),
    }


@action
def _begin(actor: Person | None, filename: str, options: dict[str, Any]) -> PeopleImport:
    found = PeopleImport(
        created_by_id=None if actor is None else actor.id,
        created_at=now(),
        filename=filename,
        storage_key=f"imports/{secrets.token_hex(16)}",
        state="reading",
        options=options,
        columns={},
        report={},
    )
    db.session.add(found)
    db.session.flush()
    announce(PeopleImportAged(found.id), run_at=now() + KEPT)
    audit.record(actor, "people.import_begun", f"people_import:{found.id}")
    return found


@action
def read_again(
    actor: Person | None,
    found: PeopleImport,
    columns: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Have a file read, with another mapping of columns or other options where they are given.

    Raises Forbidden, and Conflict once it is confirmed or over.
    """
    require(policy.may_import_people(actor), _("Only admins may bring people in."))
    found = lock(PeopleImport, found.id)
    if found.state not in ("reading", "ready", "failed") or found.confirmed_at is not None:
        raise Conflict(_("This list is carried out already, or was given up."))
    if options is not None:
        found.options = checked_options(options)
    if columns is not None:
        # What a column is for is checked when it is read; here only that it may be one at all.
        found.columns = {
            index: target
            for index, target in columns.items()
            if index in _INDEXES and len(target) <= LONGEST_TARGET and target.isprintable()
        }
    found.state = "reading"
    found.done_rows = 0
    next_step(found)


def next_step(found: PeopleImport) -> None:
    """Ask the worker for the next step inside a running action; one that was asked for is over."""
    found.turn += 1
    announce(PeopleImportStep(found.id, found.turn))


@action
def confirm_people_import(
    actor: Person | None,
    found: PeopleImport,
    turn: int,
    *,
    invites: bool = False,
    deactivates: bool = False,
    missing: int | None = None,
) -> None:
    """Have a list carried out as it was shown when its ``turn`` was this one.

    ``invites`` sends everybody new an invitation. ``deactivates`` closes the accounts of those
    who are missing; ``missing`` must be their number then, so that nobody does it unaware. Raises
    Forbidden, Invalid, and Conflict where it was confirmed before or read again since.
    """
    require(policy.may_import_people(actor), _("Only admins may bring people in."))
    found = lock(PeopleImport, found.id)
    if found.confirmed_at is not None:
        raise Conflict(_("This list was confirmed already. It is carried out once."))
    if found.state != "ready" or found.turn != turn or found.report.get("problem"):
        raise Conflict(_("The list was read again since. Look at what would change now."))
    if deactivates and missing != missing_count(found):
        reason = _("Write the number of people whose accounts will be closed.")
        raise Invalid(errors={"missing": [reason]})
    found.state = "confirmed"
    found.confirmed_at = now()
    found.confirmed_by_id = None if actor is None else actor.id
    found.options = {**found.options, "invites": invites, "deactivates": deactivates}
    found.done_rows = 0
    counts = found.report.get("counts", {})
    details = {"counts": counts, "invites": invites, "deactivates": deactivates}
    audit.record(actor, "people.import_confirmed", f"people_import:{found.id}", details)
    next_step(found)


@action
def cancel_people_import(actor: Person | None, found: PeopleImport) -> None:
    """Give a list up. What of it is carried out already stays; the rest doesn't come."""
    require(policy.may_import_people(actor), _("Only admins may bring people in."))
    found = lock(PeopleImport, found.id)
    if found.state not in (*OPEN_STATES, "failed"):
        raise Conflict(_("This list is over already."))
    found.state = "cancelled"
    found.turn += 1
    found.finished_at = now()
    if found.confirmed_at is None:
        db.session.execute(delete(PeopleImportLine).where(PeopleImportLine.import_id == found.id))
    announce(PeopleImportClosed(found.storage_key))
    audit.record(actor, "people.import_cancelled", f"people_import:{found.id}")


@action
def forget_people_import(import_id: int) -> None:
    """Throw a list away with all its lines, when it has been kept long enough."""
    found = db.session.get(PeopleImport, import_id, with_for_update=True, populate_existing=True)
    if found is None:
        return
    announce(PeopleImportClosed(found.storage_key))
    db.session.execute(delete(PeopleImportLine).where(PeopleImportLine.import_id == import_id))
    db.session.delete(found)
