"""What a photo of somebody is: its sizes, where it is kept, and which part of it is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Person

SIZES = (48, 96, 256, 512)
#: The upright image, smaller, for choosing the part; of whom it is and admins may see it.
WHOLE = "whole"
LARGEST = 20 * 1024 * 1024  # bytes of what is sent
SMALLEST_PART = 0.05  # of the shorter side
TURNS = (0, 90, 180, 270)
# Why there is no photo, by the word of files.preparing.process.Prepared.
PROBLEMS = {
    "too_many_pixels": lazy_gettext("This picture has more than 50 million pixels."),
    "too_small": lazy_gettext("This picture is too small: it needs 48 pixels on each side."),
    "too_large": lazy_gettext("This picture takes too much memory to open."),
    "too_long": lazy_gettext("This picture took too long to open."),
    "broken": lazy_gettext("This picture can't be read. Save it anew, or choose another one."),
}


def part_key(person_id: int, token: str, part: int | str) -> str:
    """Return the storage key of a size of a photo, or of ``WHOLE``."""
    return f"photos/{person_id}/{token}-{part}"


def original_key(person_id: int, token: str) -> str:
    """Return the storage key of what came in under a token."""
    return f"photos/{person_id}/{token}-original"


def keys_of(person_id: int, token: str) -> tuple[str, ...]:
    """Return the storage keys of all that is made under a token."""
    return tuple(part_key(person_id, token, part) for part in (*SIZES, WHOLE)) if token else ()


def url_of(person_id: int, token: str, size: int) -> str | None:
    """Return the path of somebody's photo, or None where they have none."""
    return f"/people/photos/{person_id}/{token}/{size}" if token else None


def urls_of(person: Person) -> dict[str, str] | None:
    """Return the paths of all sizes of somebody's photo, or None where they have none."""
    if not person.photo:
        return None
    return {str(size): str(url_of(person.id, person.photo, size)) for size in SIZES}


def clean_crop(given: Mapping[str, Any]) -> dict[str, float]:
    """Return the part to be shown: ``x``, ``y`` and ``side`` as fractions, or {} for the middle.

    Raises Invalid.
    """
    texts = {name: given.get(name) for name in ("x", "y", "side")}
    if all(value in (None, "") for value in texts.values()):
        return {}
    crop: dict[str, float] = {}
    for name, value in texts.items():
        try:
            number = float(value) if value is not None else math.nan
        except (TypeError, ValueError):
            number = math.nan
        least = SMALLEST_PART if name == "side" else 0.0
        if not least <= number <= 1:
            detail = _("A fraction between %(least)s and 1 is expected here.", least=least)
            raise Invalid(errors={name: [detail]})
        crop[name] = round(number, 6)
    return crop


def clean_turn(given: Any) -> int:
    """Return a turn clockwise in degrees. Raises Invalid."""
    try:
        turn = int(given or 0)
    except (TypeError, ValueError):
        turn = -1
    if turn not in TURNS:
        raise Invalid(errors={"turn": [_("Turn by 0, 90, 180 or 270 degrees.")]})
    return turn


def problem_text(problem: str) -> str:
    """Say why there is no photo."""
    return str(PROBLEMS.get(problem, PROBLEMS["broken"])) if problem else ""
