"""Telling people of exports by mail: who must agree, what was decided, that it is there.

Nothing of what is exported, and nothing of why, stands in a mail.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select

from enterprise_social.core import mail
from enterprise_social.core.actions import action, finish_reading
from enterprise_social.core.db import OneOf, db
from enterprise_social.notifications.actions import Told, tell
from enterprise_social.people.models import Person, Right
from enterprise_social.people.policy import suggestible
from enterprise_social.records.models import DataExport
from enterprise_social.records.policy import exports as policy


@action
def tell_asked(export_id: int) -> None:
    """Ask everybody who may agree to an export."""
    export = db.session.get(DataExport, export_id)
    if export is None or export.state != "waiting":
        return
    asker = db.session.get_one(Person, export.requested_by_id)
    for person in deciders(export):
        with force_locale(person.locale or "en"):
            _send(
                person,
                _("An export waits for your word"),
                _(
                    "%(name)s asks for an export of what was said. A second person must agree "
                    "within seven days. See what it takes in, and agree or refuse:",
                    name=asker.name,
                ),
                f"/admin/exports/{export.id}",
            )


@action
def tell_decided(export_id: int) -> None:
    """Tell whoever asked for an export what was decided."""
    export = db.session.get(DataExport, export_id)
    if export is None or export.decided_by_id is None:
        return
    asker = db.session.get_one(Person, export.requested_by_id)
    name = db.session.get_one(Person, export.decided_by_id).name
    with force_locale(asker.locale or "en"):
        if export.state == "refused":
            text = _("%(name)s refused the export that you asked for.", name=name)
        else:
            text = _("%(name)s agreed to the export that you asked for.", name=name)
        _send(asker, _("Your export was decided on"), text, f"/admin/exports/{export.id}")


@action
def tell_made(export_id: int) -> None:
    """Tell those who may fetch an archive that it is there, or that it could not be made."""
    export = db.session.get(DataExport, export_id)
    if export is None or export.state not in ("ready", "failed"):
        return
    own = export.kind == "own"
    for person in _two(export):
        with force_locale(person.locale or "en"):
            text = _("It could not be made. You can try again.")
            if export.state == "ready":
                text = _("It can be downloaded for seven days, by whoever is signed in.")
            subject = _("Your data") if own else _("An export is ready")
            if not own and export.state == "failed":
                subject = _("An export failed")
            _send(person, subject, text, "/settings/data" if own else f"/admin/exports/{export.id}")


def note_asked(export_id: int) -> None:
    """Put it into the lists of those who may agree."""
    export = db.session.get(DataExport, export_id)
    if export is not None and export.state == "waiting":
        _note(export, "asked", export.requested_by_id, deciders(export))


def note_decided(export_id: int) -> None:
    """Put what was decided into the list of whoever asked."""
    export = db.session.get(DataExport, export_id)
    if export is not None and export.decided_by_id is not None:
        asker = db.session.get_one(Person, export.requested_by_id)
        word = "refused" if export.state == "refused" else "approved"
        _note(export, word, export.decided_by_id, [asker])


def note_made(export_id: int) -> None:
    """Put into the lists of those who may fetch an archive that it is there."""
    export = db.session.get(DataExport, export_id)
    if export is not None and export.state in ("ready", "failed"):
        word = f"own_{export.state}" if export.kind == "own" else export.state
        _note(export, word, None, _two(export))


def _note(export: DataExport, word: str, actor_id: int | None, people: Iterable[Person]) -> None:
    # One that was tried again is told of again.
    source = f"export:{export.id}:{word}:{export.turn}"
    told = Told("export", f"export:{export.id}:{word}", source, actor_id)
    reasons = dict.fromkeys((person.id for person in people), word)
    finish_reading()
    tell(told, reasons)


def deciders(export: DataExport) -> list[Person]:
    """Return everybody who may agree to an export."""
    granted = select(Right.person_id).where(Right.name == policy.RIGHT)
    statement = select(Person).where(
        suggestible(), or_(Person.role == "admin", OneOf(Person.id, granted))
    )
    found = db.session.scalars(statement.order_by(Person.id)).all()
    return [person for person in found if policy.may_decide(person, export)]


def _two(export: DataExport) -> Iterable[Person]:
    ids = {export.requested_by_id, export.decided_by_id} - {None}
    people = db.session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id))
    return [person for person in people if policy.may_fetch(person, export)]


def _send(person: Person, subject: str, text: str, path: str) -> None:
    link = f"{current_app.config['BASE_URL']}{path}"
    mail.send(person.email, subject, f"{text}\n\n{link}\n", to_name=person.name)
