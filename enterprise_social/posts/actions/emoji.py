"""The organisation's own emoji: added, retired, brought back."""

from __future__ import annotations

import re
import secrets
from typing import BinaryIO

from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.text import emoji_for
from enterprise_social.files.actions.small_pictures import keep_squares
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.posts.models import CustomEmoji

LARGEST = 512 * 1024
MOST = 2000
SIDE = 96  # pixels: sharp where an emoji is shown large
_NAME = re.compile(r"[a-z0-9_+-]{2,32}")


def picture_key(token: str) -> str:
    """Return where the storage keeps a picture."""
    return f"emoji/{token}-{SIDE}"


def clean_name(text: str) -> str:
    """Return a name without colons and in small letters. Raises Invalid."""
    name = text.strip().strip(":").lower()
    if not _NAME.fullmatch(name):
        detail = _("2 to 32 small letters without accents, digits, - and _ are expected.")
        raise Invalid(errors={"name": [detail]})
    if emoji_for(name) is not None:
        raise Invalid(errors={"name": [_("There is an emoji of this name already.")]})
    return name


def add_emoji(actor: Person | None, name: str, content: BinaryIO) -> CustomEmoji:
    """Add an emoji; of a picture that is no square the middle is taken.

    Not one transaction: the picture is made in a process of its own. Raises Forbidden, TooLarge,
    Invalid by ``name`` or ``file``, Conflict where there are too many.
    """
    _require(actor)
    name = clean_name(name)
    token = secrets.token_hex(12)
    keep_squares(content, [SIDE], lambda _side: picture_key(token), largest=LARGEST, field="file")
    try:
        return _keep(actor, name, token)
    except BaseException:
        storage().delete(picture_key(token))
        raise


@action
def set_retired(actor: Person | None, emoji: CustomEmoji, retired: bool) -> CustomEmoji:
    """Offer an emoji no more, or again; where it stands it is shown. Raises Forbidden."""
    _require(actor)
    emoji = lock(CustomEmoji, emoji.id)
    if (emoji.retired_at is not None) == retired:
        return emoji
    emoji.retired_at = now() if retired else None
    act = "emoji.retire" if retired else "emoji.restore"
    audit.record(actor, act, f"emoji:{emoji.id}", {"name": emoji.name})
    return emoji


@action
def _keep(actor: Person | None, name: str, token: str) -> CustomEmoji:
    if db.session.execute(select(func.count(CustomEmoji.id))).scalar_one() >= MOST:
        raise Conflict(_("There are %(most)d emoji already.", most=MOST))
    if db.session.scalar(select(CustomEmoji.id).where(CustomEmoji.name == name)) is not None:
        raise Invalid(errors={"name": [_("There is an emoji of this name already.")]})
    emoji = CustomEmoji(
        name=name,
        token=token,
        created_by_id=None if actor is None else actor.id,
        created_at=now(),
    )
    db.session.add(emoji)
    db.session.flush()
    audit.record(actor, "emoji.add", f"emoji:{emoji.id}", {"name": name})
    return emoji


def _require(actor: Person | None) -> None:
    require(is_admin(actor), _("Only admins may do this."))
