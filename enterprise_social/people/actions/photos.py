"""Choosing, cropping and removing somebody's photo, and what the worker makes of it.

What comes in is put into the storage by the caller, between ``begin_photo`` and ``choose_photo``.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from flask_babel import gettext as _

from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.core.events import announce
from enterprise_social.people import policy
from enterprise_social.people.actions.history import note_changes
from enterprise_social.people.events import PersonChanged, PhotoAged, PhotoChosen, PhotoDropped
from enterprise_social.people.models import Person, PersonPhoto
from enterprise_social.people.photos import keys_of, original_key

UNUSED = timedelta(days=1)


@action
def begin_photo(actor: Person | None, person: Person) -> str:
    """Return the storage key under which a photo may be kept now; unused, it is thrown away.

    Raises Forbidden.
    """
    _require(actor, person)
    key = original_key(person.id, _new_token())
    announce(PhotoAged(key), run_at=now() + UNUSED)
    return key


@action
def choose_photo(
    actor: Person | None,
    person: Person,
    storage_key: str,
    *,
    crop: Mapping[str, float] | None = None,
    turn: int = 0,
) -> PersonPhoto:
    """Take what is kept under ``storage_key`` as somebody's photo; the worker prepares it.

    ``crop`` and ``turn`` are as ``photos.clean_crop`` and ``clean_turn`` give them. What was shown
    before is shown until the new one is ready. Raises Forbidden.
    """
    _require(actor, person)
    person = lock(Person, person.id)
    photo = db.session.get(PersonPhoto, person.id, populate_existing=True)
    if photo is None:
        photo = PersonPhoto(person_id=person.id)
        db.session.add(photo)
    elif photo.storage_key and photo.storage_key != storage_key:
        announce(PhotoDropped((photo.storage_key,)))
    photo.storage_key = storage_key
    _prepare(actor, photo, dict(crop or {}), turn)
    return photo


@action
def crop_photo(
    actor: Person | None, person: Person, *, crop: Mapping[str, float] | None = None, turn: int = 0
) -> PersonPhoto:
    """Show another part of somebody's photo. Raises Forbidden, Conflict where there is none."""
    _require(actor, person)
    lock(Person, person.id)
    photo = db.session.get(PersonPhoto, person.id, populate_existing=True)
    if photo is None or not photo.storage_key:
        raise Conflict(_("There is no photo yet. Choose one first."))
    _prepare(actor, photo, dict(crop or {}), turn)
    return photo


@action
def remove_photo(actor: Person | None, person: Person) -> None:
    """Show somebody's initials again. Raises Forbidden."""
    _require(actor, person)
    person = lock(Person, person.id)
    photo = db.session.get(PersonPhoto, person.id, populate_existing=True)
    gone = set(keys_of(person.id, person.photo))
    if photo is not None:
        gone |= {*keys_of(person.id, photo.token), photo.storage_key} - {""}
        db.session.delete(photo)
    if gone:
        announce(PhotoDropped(tuple(sorted(gone))))
    if person.photo:
        _show(actor, person, "")


@action
def keep_photo(person_id: int, token: str, actor_id: int | None) -> None:
    """Show a photo that the worker has prepared; one that was replaced meanwhile is dropped."""
    person = lock(Person, person_id)
    photo = db.session.get(PersonPhoto, person_id, populate_existing=True)
    if photo is None or photo.token != token:
        if person.photo != token:
            announce(PhotoDropped(keys_of(person_id, token)))
        return
    if photo.state == "ready":
        return
    photo.state, photo.problem = "ready", ""
    if person.photo:
        announce(PhotoDropped(keys_of(person_id, person.photo)))
    actor = db.session.get(Person, actor_id) if actor_id is not None else None
    _show(actor, person, token)


@action
def refuse_photo(person_id: int, token: str, problem: str) -> None:
    """Note why a photo can't be prepared; what was shown before stays."""
    photo = db.session.get(PersonPhoto, person_id, with_for_update=True, populate_existing=True)
    if photo is None or photo.token != token or photo.state != "waiting":
        return
    announce(PhotoDropped((photo.storage_key,)))
    photo.state, photo.problem, photo.storage_key = "refused", problem, ""


def _require(actor: Person | None, person: Person) -> None:
    require(policy.may_edit(actor, person), _("You may only change your own profile."))


def _new_token() -> str:
    return secrets.token_hex(12)


def _prepare(actor: Person | None, photo: PersonPhoto, crop: dict[str, float], turn: int) -> None:
    photo.token = _new_token()
    photo.state, photo.problem = "waiting", ""
    photo.crop, photo.turn = crop, turn
    photo.chosen_at = now()
    db.session.flush()
    announce(PhotoChosen(photo.person_id, photo.token, actor.id if actor else None))


def _show(actor: Person | None, person: Person, token: str) -> None:
    before, person.photo = person.photo, token
    person.version += 1
    db.session.flush()
    note_changes(actor, person, {"photo": (before or None, token or None)})
    audit.record(actor, "people.updated", f"person:{person.id}", {"fields": ["photo"]})
    announce(PersonChanged(person.id))
