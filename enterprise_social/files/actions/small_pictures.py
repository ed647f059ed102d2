"""Pictures that the organisation shows everywhere, such as its logo: made square, then stored."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from flask_babel import gettext as _

from enterprise_social.core.errors import Invalid, TooLarge
from enterprise_social.files.kinds import IMAGES, kind_of
from enterprise_social.files.limits import in_words
from enterprise_social.files.preparing import process
from enterprise_social.files.storage import storage
from enterprise_social.people.photos import problem_text


def keep_squares(
    content: BinaryIO,
    sides: Sequence[int],
    key_of: Callable[[int], str],
    *,
    largest: int,
    field: str,
) -> None:
    """Store the middle square of a picture in each size under ``key_of(side)``.

    To be called outside an action: the picture is opened in a process of its own. Raises TooLarge
    above ``largest`` bytes, and Invalid by ``field`` where it is no picture that can be shown.
    """
    if content.seek(0, 2) > largest:
        raise TooLarge(_("A picture may have at most %(most)s.", most=in_words(largest)))
    if kind_of(content, "") not in IMAGES:
        detail = _("Choose a picture: JPEG, PNG, WebP, AVIF or GIF.")
        raise Invalid(errors={field: [detail]})
    content.seek(0)
    with tempfile.TemporaryDirectory(prefix="picture-") as name:
        folder = Path(name)
        with (folder / "content").open("wb") as copy:
            shutil.copyfileobj(content, copy)
        made = process.squares(folder / "content", folder, list(sides), {}, 0)
        if made.problem:
            raise Invalid(errors={field: [problem_text(made.problem)]})
        for side in sides:
            with (folder / str(side)).open("rb") as picture:
                storage().put(key_of(side), picture)
