"""The organisation's own emoji: their pictures for everybody, and the page of admins."""

from __future__ import annotations

import re
from typing import BinaryIO, cast

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import AppError, Conflict, Invalid, NotFound, TooLarge
from enterprise_social.core.limits import WRITES, limiter
from enterprise_social.files import serving
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.posts import emoji
from enterprise_social.posts.actions.emoji import LARGEST, add_emoji, picture_key, set_retired
from enterprise_social.posts.models import CustomEmoji

blueprint = Blueprint("emoji", __name__)
HERE = "/admin/emoji"
ENVELOPE = 64 * 1024
# What is under a token never changes.
CACHING = "private, max-age=31536000, immutable"
_TOKEN = re.compile(r"[0-9a-f]{24}")


@blueprint.get("/emoji/<token>")
def picture(token: str) -> ResponseReturnValue:
    """Hand out a picture to any colleague."""
    identity.signed_in()
    if not _TOKEN.fullmatch(token):
        raise NotFound()
    content = serving.Content(picture_key(token), None, token, "image/webp", "emoji.webp", True)
    response = serving.answer(content, request)
    response.headers["Cache-Control"] = CACHING
    return response


@blueprint.get(HERE)
def show() -> str:
    """List the emoji, with the form for a new one."""
    _admin()
    return _page()


def add() -> ResponseReturnValue:
    """Add one."""
    admin = _admin()
    file = request.files.get("file")
    name = request.form.get("name", "")
    try:
        if file is None or not file.filename:
            raise Invalid(errors={"file": [_("Choose a picture first.")]})
        made = add_emoji(admin, name, cast(BinaryIO, file.stream))
    except (Invalid, TooLarge, Conflict) as error:
        return _page(name, _errors(error)), error.status
    flash(_("Everybody can write :%(name)s: now.", name=made.name))
    return redirect(HERE, 303)


_receive = identity.large_form(lambda: LARGEST + ENVELOPE)(add)
blueprint.post(HERE, endpoint="add")(limiter.limit(WRITES)(_receive))


@blueprint.post(f"{HERE}/<int:emoji_id>/retirement")
@limiter.limit(WRITES)
def retire(emoji_id: int) -> ResponseReturnValue:
    """Offer one no more, or again."""
    admin = _admin()
    one = set_retired(admin, find(CustomEmoji, emoji_id, admin), request.form.get("retired") == "1")
    flash(
        _(":%(name)s: is offered no more. Where it stands it is still shown.", name=one.name)
        if one.retired_at
        else _("Everybody can write :%(name)s: again.", name=one.name)
    )
    return redirect(HERE, 303)


def _errors(error: AppError) -> dict[str, list[str]]:
    if isinstance(error, Invalid):
        return dict(error.errors)
    return {"file" if isinstance(error, TooLarge) else "name": [error.detail]}


def _admin() -> Person:
    viewer = identity.signed_in()
    require(is_admin(viewer), _("Only admins may do this."))
    return viewer


def _page(name: str = "", errors: dict[str, list[str]] | None = None) -> str:
    page = emoji.listed(request.args.get("cursor"))
    return render_template(
        "admin/emoji.html",
        emoji=page.items,
        next=page.next_cursor,
        name=name,
        errors=errors or {},
    )
