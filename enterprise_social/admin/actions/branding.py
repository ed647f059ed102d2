"""What the organisation looks like."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from flask_babel import gettext as _

from enterprise_social.core import organisation, settings
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.errors import Invalid, TooLarge
from enterprise_social.core.events import announce
from enterprise_social.files.events import FileDeleted
from enterprise_social.files.kinds import IMAGES, kind_of
from enterprise_social.files.limits import in_words
from enterprise_social.files.preparing import process
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from enterprise_social.people.photos import problem_text
from enterprise_social.people.policy import is_admin

LARGEST_LOGO = 2 * 1024 * 1024
LOGO_SIDES = (64, 256)  # pixels


def logo_key(token: str, side: int) -> str:
    """Return where the storage keeps a size of the logo."""
    return f"branding/{token}-{side}"


@action
def set_organisation(actor: Person | None, given: Mapping[str, Any]) -> None:
    """Change settings of the organisation by their names. Raises Forbidden, Invalid by them."""
    _require(actor)
    before = organisation.logo()
    settings.change(actor, given)
    if before and given.get(organisation.LOGO, before) != before:
        announce(FileDeleted(tuple(logo_key(before, side) for side in LOGO_SIDES)))


def set_logo(actor: Person | None, content: BinaryIO) -> str:
    """Take a picture as the logo; what stands around its middle square is cut off.

    Returns its token. Not one transaction: the picture is made in a process of its own.
    Raises Forbidden, TooLarge, and Invalid where it is no picture that can be shown.
    """
    _require(actor)
    if content.seek(0, 2) > LARGEST_LOGO:
        raise TooLarge(_("A logo may have at most %(most)s.", most=in_words(LARGEST_LOGO)))
    if kind_of(content, "") not in IMAGES:
        detail = _("Choose a picture: JPEG, PNG, WebP, AVIF or GIF.")
        raise Invalid(errors={organisation.LOGO: [detail]})
    content.seek(0)
    token = secrets.token_hex(12)
    with tempfile.TemporaryDirectory(prefix="logo-") as name:
        _prepare(content, Path(name), token)
    set_organisation(actor, {organisation.LOGO: token})
    return token


def _prepare(content: BinaryIO, folder: Path, token: str) -> None:
    path = folder / "content"
    with path.open("wb") as copy:
        shutil.copyfileobj(content, copy)
    made = process.squares(path, folder, LOGO_SIDES, {}, 0)
    if made.problem:
        raise Invalid(errors={organisation.LOGO: [problem_text(made.problem)]})
    for side in LOGO_SIDES:
        with (folder / str(side)).open("rb") as picture:
            storage().put(logo_key(token, side), picture)


def _require(actor: Person | None) -> None:
    require(is_admin(actor), _("Only admins may do this."))
