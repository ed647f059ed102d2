"""Taking the photo of somebody in: what it is, its content says; the worker prepares it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from flask_babel import gettext as _

from enterprise_social.core.errors import Invalid, TooLarge
from enterprise_social.files.kinds import IMAGES, kind_of
from enterprise_social.files.limits import in_words
from enterprise_social.files.storage import storage
from enterprise_social.people.actions.photos import begin_photo, choose_photo
from enterprise_social.people.models import Person, PersonPhoto
from enterprise_social.people.photos import LARGEST


def set_photo(
    actor: Person | None,
    person: Person,
    content: BinaryIO,
    *,
    crop: Mapping[str, float] | None = None,
    turn: int = 0,
) -> PersonPhoto:
    """Keep a picture and choose it as somebody's photo; ``content`` is seekable.

    Three steps and not one transaction, like ``store_file``. Raises Forbidden, Invalid where it is
    no picture that could be shown, TooLarge, Unavailable.
    """
    size = content.seek(0, 2)
    if size > LARGEST:
        raise TooLarge(_("A photo may have at most %(most)s.", most=in_words(LARGEST)))
    if kind_of(content, "") not in IMAGES:
        detail = _("Choose a picture: JPEG, PNG, WebP, AVIF or GIF.")
        raise Invalid(errors={"file": [detail]})
    key = begin_photo(actor, person)
    content.seek(0)
    storage().put(key, content)
    return choose_photo(actor, person, key, crop=crop, turn=turn)
