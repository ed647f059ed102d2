"""Photos of people: handing them out, choosing them, and which part of them is shown."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core.access import find
from enterprise_social.core.errors import Conflict, Invalid, NotFound, TooLarge
from enterprise_social.core.limits import WRITES, limiter
from enterprise_social.files import serving
from enterprise_social.files.actions.photos import set_photo
from enterprise_social.people import photos
from enterprise_social.people.actions.photos import crop_photo, remove_photo
from enterprise_social.people.models import Person
from enterprise_social.people.queries.profile import photo_of
from enterprise_social.people.views.people import editable

blueprint = Blueprint("photos", __name__)
# What is under a token never changes.
CACHING = "private, max-age=31536000, immutable"
ENVELOPE = 64 * 1024


def _largest() -> int:
    return photos.LARGEST + ENVELOPE


@blueprint.get("/people/photos/<int:person_id>/<token>/<int:size>")
def show(person_id: int, token: str, size: int) -> ResponseReturnValue:
    """Hand out a size of somebody's photo to any colleague, for as long as it is the one shown."""
    person = find(Person, person_id, identity.signed_in())
    if not token or person.photo != token or size not in photos.SIZES:
        raise NotFound()
    return _picture(person_id, token, size)


@blueprint.get("/settings/photo")
def edit() -> str:
    """Show one's own photo, to choose another or another part of it."""
    return _page(identity.signed_in())


@blueprint.get("/people/<username>/photo")
def edit_other(username: str) -> str:
    """Show anybody's photo to an admin, to be replaced or removed."""
    return _page(editable(username))


@blueprint.get("/settings/photo/whole")
def whole() -> ResponseReturnValue:
    """Hand out all of one's own photo."""
    return _whole(identity.signed_in())


@blueprint.get("/people/<username>/photo/whole")
def whole_other(username: str) -> ResponseReturnValue:
    """Hand out all of anybody's photo to an admin."""
    return _whole(editable(username))


def save() -> ResponseReturnValue:
    """Choose one's photo, crop it, or remove it."""
    return _save(identity.signed_in())


def save_other(username: str) -> ResponseReturnValue:
    """The same for anybody's, as an admin."""
    return _save(editable(username))


for _rule, _view in (("/settings/photo", save), ("/people/<username>/photo", save_other)):
    _receive = identity.large_form(_largest)(_view)
    blueprint.post(_rule, endpoint=_view.__name__)(limiter.limit(WRITES)(_receive))


def _save(person: Person) -> ResponseReturnValue:
    actor = identity.signed_in()
    form = request.form
    try:
        if form.get("remove") == "1":
            remove_photo(actor, person)
            flash(_("The photo is removed."))
            return redirect(_address(person), 303)
        crop, turn = photos.clean_crop(form), photos.clean_turn(form.get("turn"))
        given = request.files.get("file")
        if given is not None and given.filename:
            set_photo(actor, person, cast(BinaryIO, given.stream), crop=crop, turn=turn)
        elif form.get("again") == "1":
            crop_photo(actor, person, crop=crop, turn=turn)
        else:
            raise Invalid(errors={"file": [_("Choose a picture first.")]})
    except (Invalid, Conflict, TooLarge) as error:
        errors = error.errors if isinstance(error, Invalid) else {"file": [str(error.detail)]}
        return _page(person, errors), error.status
    return redirect(_address(person), 303)


def _address(person: Person) -> str:
    own = person.id == identity.signed_in().id
    return "/settings/photo" if own else f"/people/{person.username}/photo"


def _page(person: Person, errors: dict[str, list[str]] | None = None) -> str:
    photo = photo_of(person.id)
    waiting = photo is not None and photo.state == "waiting"
    own = person.id == identity.signed_in().id
    return render_template(
        "settings/photo.html" if own else "people/photo.html",
        person=person,
        own=own,
        address=_address(person),
        photo=photo,
        waiting=waiting,
        # What is being prepared can't be looked at yet, nor can what was refused.
        may_crop=photo is not None and photo.state == "ready",
        problem=photos.problem_text(photo.problem) if photo is not None else "",
        largest=photos.LARGEST,
        errors=errors or {},
    )


def _whole(person: Person) -> ResponseReturnValue:
    if not person.photo:
        raise NotFound()
    return _picture(person.id, person.photo, photos.WHOLE)


def _picture(person_id: int, token: str, part: int | str) -> ResponseReturnValue:
    response = serving.answer(serving.of_photo(person_id, token, part), request)
    if part != photos.WHOLE:
        response.headers["Cache-Control"] = CACHING
    return response
