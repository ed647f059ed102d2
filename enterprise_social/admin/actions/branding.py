"""What the organisation looks like."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, BinaryIO

from flask_babel import gettext as _

from enterprise_social.core import organisation, settings
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.events import announce
from enterprise_social.files.actions.small_pictures import keep_squares
from enterprise_social.files.events import FileDeleted
from enterprise_social.people.models import Person
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
    token = secrets.token_hex(12)
    keep_squares(
        content,
        LOGO_SIDES,
        lambda side: logo_key(token, side),
        largest=LARGEST_LOGO,
        field=organisation.LOGO,
    )
    set_organisation(actor, {organisation.LOGO: token})
    return token


def _require(actor: Person | None) -> None:
    require(is_admin(actor), _("Only admins may do this."))
