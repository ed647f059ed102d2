"""What may stand in the definition of a field; every bad part is named with a sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _

from enterprise_social.core.errors import Invalid
from enterprise_social.core.text import safe_name
from enterprise_social.people.models.fields import (
    FIELD_AUDIENCES,
    FIELD_EDITORS,
    FIELD_KINDS,
    MOST_CHOICES,
)

LONGEST_NAME = 80
LONGEST_HINT = 200
LONGEST_KEY = 40
_KEY = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST_KEY - 1}}}")
PARTS = ("name", "hint", "kind", "choices", "required", "audience", "editor")


def clean_definition(parts: dict[str, Any]) -> dict[str, Any]:
    """Return the definition of a field as it is stored; ``parts`` has all of ``PARTS``.

    Raises Invalid.
    """
    errors: dict[str, list[str]] = {}
    cleaned = dict(parts)
    name, hint = safe_name(parts["name"]), safe_name(parts["hint"])
    if not any(character.isalnum() for character in name):
        errors["name"] = [_("Enter a name.")]
    for part, text, most in (("name", name, LONGEST_NAME), ("hint", hint, LONGEST_HINT)):
        cleaned[part] = text
        if len(text) > most:
            errors[part] = [_("At most %(count)d characters fit here.", count=most)]
    known = {"kind": FIELD_KINDS, "audience": FIELD_AUDIENCES, "editor": FIELD_EDITORS}
    for part, words in known.items():
        if parts[part] not in words:
            errors[part] = [_("Choose one of these: %(words)s.", words=", ".join(words))]
    cleaned["choices"], problem = _choices(parts["kind"], parts["choices"])
    if problem:
        errors["choices"] = [problem]
    if parts["required"] and parts["editor"] != "person":
        errors["required"] = [_("Only what people fill in themselves can be asked of them.")]
    if errors:
        raise Invalid(errors=errors)
    return cleaned


def _choices(kind: str, given: Collection[str]) -> tuple[list[str], str]:
    if kind != "choice":
        return [], ""
    choices = list(dict.fromkeys(filter(None, map(safe_name, given))))
    if not choices:
        return [], _("Give at least one choice.")
    if len(choices) > MOST_CHOICES:
        return [], _("At most %(count)d choices.", count=MOST_CHOICES)
    if any(len(each) > LONGEST_NAME for each in choices):
        return [], _("A choice has at most %(count)d characters.", count=LONGEST_NAME)
    if len({each.casefold() for each in choices}) < len(choices):
        return [], _("Two choices are the same but for capital letters.")
    return choices, ""


def is_key(text: str) -> bool:
    """Tell whether a text can be the key of a field."""
    return _KEY.fullmatch(text) is not None


def make_key(name: str, taken: Collection[str]) -> str:
    """Make the name by which rules, imports and programs know a field, from what people call it.

    It has small ASCII letters, digits and single underscores, and begins with a letter.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: LONGEST_KEY - 4].strip("_")
    if not stem or not stem[0].isalpha():
        stem = f"field_{stem}".strip("_")[: LONGEST_KEY - 4].strip("_")
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key
