"""Photos of people: one's own, and for admins those of others."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import request
from flask.wrappers import Response
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Content
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import NotFound
from enterprise_social.files import serving
from enterprise_social.files.actions.photos import set_photo
from enterprise_social.people import photos, policy
from enterprise_social.people.actions.photos import crop_photo, remove_photo
from enterprise_social.people.models import Person
from enterprise_social.people.queries.profile import photo_of

ENVELOPE = 64 * 1024
FRACTION = {"type": "number", "minimum": 0, "maximum": 1}


@call("GET", "/me/photo", "See how far one's photo is", answer="Photo")
def get_photo(viewer: Person) -> dict[str, Any]:
    """The worker prepares it in a moment; ask again while it is `waiting`."""
    return _document(viewer)


@call(
    "PUT",
    "/me/photo",
    "Choose one's photo, or another part of it",
    answer="Photo",
    content=Content(
        "multipart/form-data",
        {
            "type": "object",
            "properties": {
                "file": {"type": "string", "contentMediaType": "image/*"},
                "x": {**FRACTION, "description": "Where the part begins, of the width."},
                "y": {**FRACTION, "description": "Where it begins, of the height."},
                "side": {**FRACTION, "description": "How long it is, of the shorter side."},
                "turn": {"type": "integer", "enum": list(photos.TURNS)},
            },
        },
        lambda: photos.LARGEST + ENVELOPE,
    ),
    refusals={409: "Without `file`: there is no photo yet.", 413: "More than 20 MB."},
)
def put_photo(actor: Person) -> dict[str, Any]:
    """A JPEG, PNG, WebP, AVIF or GIF, or without `file` another part of the one that there is.

    The picture is stood upright, turned clockwise by `turn` degrees, and the square of `x`, `y` and
    `side` is shown; without these it is the largest in the middle. Metadata is left out.
    """
    crop, turn = photos.clean_crop(request.form), photos.clean_turn(request.form.get("turn"))
    given = request.files.get("file")
    if given is None:
        crop_photo(actor, actor, crop=crop, turn=turn)
    else:
        set_photo(actor, actor, cast(BinaryIO, given.stream), crop=crop, turn=turn)
    return _document(actor)


@call("DELETE", "/me/photo", "Remove one's photo")
def delete_photo(actor: Person) -> None:
    """The initials are shown again."""
    remove_photo(actor, actor)


@call(
    "GET",
    "/users/{user_id}/photo/{side}",
    "Fetch somebody's photo",
    status=200,
    refusals={404: "No such person, no photo, or not of this size."},
)
def get_photo_of(viewer: Person, *, user_id: int, side: int) -> Response:
    """In WebP, with 48, 96, 256 or 512 pixels; `photo_urls` are for browsers that are signed in."""
    person = find(Person, user_id, viewer)
    if not person.photo or side not in photos.SIZES:
        raise NotFound()
    return serving.answer(serving.of_photo(person.id, person.photo, side), request)


@call(
    "DELETE",
    "/users/{user_id}/photo",
    "Remove somebody's photo",
    refusals={404: "No such person.", 403: "The caller is no admin, or the token lacks `admin`."},
)
def delete_photo_of(actor: Person, *, user_id: int) -> None:
    """For admins."""
    person = find(Person, user_id, actor)
    identity.require_scope("admin")
    require(policy.is_admin(actor), _("Only admins may do this."))
    remove_photo(actor, person)


def _document(person: Person) -> dict[str, Any]:
    photo = photo_of(person.id)
    return {
        "state": photo.state if photo else "none",
        "problem": (photos.problem_text(photo.problem) or None) if photo else None,
        "urls": photos.urls_of(person),
        "crop": (photo.crop or None) if photo else None,
        "turn": photo.turn if photo else 0,
        "may_crop": bool(photo and photo.storage_key),
    }
