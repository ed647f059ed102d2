"""What may stand in a field that the organisation defined: cleaned by the field's kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _

from enterprise_social.core.text import normalise, safe_name
from enterprise_social.core.text.cleaning import BIDI_CONTROLS
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import Person, ProfileField
from enterprise_social.people.queries import by_email, by_ids, by_username

LONGEST_LINE = 200
LONGEST_TEXT = 4_000
LONGEST_LINK = 500
LONGEST_INPUT = 20_000  # before anything is looked at
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Stored:
    """What stands in a field: ``value``, or whom it names."""

    value: str = ""
    named_id: int | None = None


NOTHING = Stored()


def clean_value(field: ProfileField, raw: Any, present: Stored = NOTHING) -> Stored:
    """Return a value as it is stored; ``NOTHING`` where it is empty.

    ``present`` is what stands there already: it may stay, even where it could not be chosen anew
    (a choice that is no longer offered, somebody who left). Raises ValueError with a sentence.
    """
    if raw is None:
        return NOTHING
    if type(raw) is int and field.kind == "person":
        return _person_by_id(raw, present)
    if not isinstance(raw, str):
        raise ValueError(_("Text is expected here."))
    if len(raw) > LONGEST_INPUT:
        raise ValueError(_too_long(LONGEST_TEXT if field.kind == "long" else LONGEST_LINE))
    text = normalise(raw).strip()
    if not text:
        return NOTHING
    if field.kind == "person":
        return _person(text, present)
    if field.kind == "choice":
        return Stored(_choice(field, safe_name(text), present.value))
    return Stored(_CLEANERS[field.kind](text))


def _too_long(most: int) -> str:
    return _("At most %(count)d characters fit here.", count=most)


def _line(text: str) -> str:
    line = safe_name(text)
    if len(line) > LONGEST_LINE:
        raise ValueError(_too_long(LONGEST_LINE))
    return line


def _long(text: str) -> str:
    clean = BIDI_CONTROLS.sub("", text)
    if len(clean) > LONGEST_TEXT:
        raise ValueError(_too_long(LONGEST_TEXT))
    return clean


def _choice(field: ProfileField, text: str, present: str) -> str:
    if text in field.choices or text == present:
        return text
    for each in field.choices:
        if each.casefold() == text.casefold():
            return each
    raise ValueError(_("Choose one of these: %(words)s.", words=", ".join(field.choices)))


def _date(text: str) -> str:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(_("Write the day as 2027-01-31.")) from None


def _link(text: str) -> str:
    address = text if _SCHEME.match(text) else f"https://{text}"
    if len(address) > LONGEST_LINK:
        raise ValueError(_too_long(LONGEST_LINK))
    if not _is_link(address):
        raise ValueError(_("Give an address that begins with https://, http:// or mailto:."))
    return address


def _is_link(address: str) -> bool:
    # What isn't seen, spaces and what ends an attribute are written in percent signs in addresses.
    if safe_name(address) != address or re.search(r"[\s<>\"'`\\]", address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _port = parts.port
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return clean_email(parts.path) is not None
    # A name before the host makes a foreign site look like another one.
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc


_CLEANERS: dict[str, Callable[[str], str]] = {
    "text": _line,
    "long": _long,
    "date": _date,
    "link": _link,
}


def _person_by_id(identity: int, present: Stored) -> Stored:
    found = by_ids([identity]).get(identity) if 0 < identity < 2**63 else None
    return _named(found, present)


def _person(text: str, present: Stored) -> Stored:
    name = text.removeprefix("@")
    return _named(by_email(name) if "@" in name else by_username(name), present)


def _named(person: Person | None, present: Stored) -> Stored:
    if person is None:
        raise ValueError(_("There is no such person. Give a username, such as @maren."))
    if person.id != present.named_id and (not person.is_active or person.is_bot):
        raise ValueError(_("%(name)s is no longer here.", name=person.name))
    return Stored(named_id=person.id)
