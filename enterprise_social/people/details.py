"""What may stand in a person's fields: each is cleaned, and refused with a plain sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import gettext as _

from enterprise_social.core.errors import Invalid
from enterprise_social.core.language import is_time_zone
from enterprise_social.core.text import safe_name
from enterprise_social.people.models import ROLES
from enterprise_social.people.usernames import is_username, username_key

LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1
# The dot-atom of RFC 5322: quoted local parts exist on paper only.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def clean_email(value: str) -> str | None:
    """Return an e-mail address in the form in which it is stored, or None where it is none.

    Addresses are compared without case, and a domain in other letters is kept as IDNA (RFC 5890).
    """
    local, at, domain = value.strip().lower().rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = domain.split(".")
    if not at or len(local) > 64 or len(local) + len(domain) + 1 > LONGEST_EMAIL:
        return None
    if not _LOCAL.fullmatch(local) or not all(map(_LABEL.fullmatch, labels)):
        return None
    return f"{local}@{domain}"


def _email(value: str) -> str:
    address = clean_email(value)
    if address is None:
        raise ValueError(_("This is not an e-mail address."))
    return address


def _name(value: str) -> str:
    name = safe_name(value)
    if not any(character.isalnum() for character in name):
        raise ValueError(_("Enter a name."))
    return _short(name, 120)


def _short(value: str, longest: int) -> str:
    if len(value) > longest:
        raise ValueError(_("At most %(count)d characters fit here.", count=longest))
    return value


def _line(longest: int) -> Callable[[str], str]:
    return lambda value: _short(safe_name(value), longest)


def _username(value: str) -> str:
    username = username_key(value.strip().removeprefix("@"))
    if not is_username(username):
        raise ValueError(_("Use letters and digits, joined by single dots or hyphens."))
    return username


def _role(value: str) -> str:
    if value not in ROLES:
        raise ValueError(_("There is no such role."))
    return value


def _time_zone(value: str) -> str:
    if not is_time_zone(value):
        raise ValueError(_("There is no such time zone."))
    return value


def _locale(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}([_-][A-Za-z0-9]{2,8})?", value):
        raise ValueError(_("There is no such language."))
    try:
        # What Babel doesn't know would keep every page from being written.
        return str(Locale.parse(value.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        raise ValueError(_("There is no such language.")) from None


def _number(value: str) -> str | None:
    return _short(safe_name(value), 40) or None


def _day(value: str) -> date | None:
    if not value.strip():
        return None
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(_("Write a date as 2026-01-31.")) from None
    if not 1900 <= day.year <= 2200:
        raise ValueError(_("Write a date as 2026-01-31."))
    return day


# These may be empty: None says so.
_OPEN: dict[str, Callable[[str], Any]] = {"employee_number": _number, "started_on": _day}
_CLEANERS: dict[str, Callable[[str], Any]] = _OPEN | {
    "email": _email,
    "username": _username,
    "name": _name,
    "role": _role,
    "title": _line(120),
    "department": _line(120),
    "location": _line(120),
    "pronouns": _line(40),
    "phone": _line(40),
    "time_zone": _time_zone,
    "locale": _locale,
}


def clean(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields in the form in which they are stored.

    Raises Invalid that names every field that can't be taken; other keys pass through.
    """
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for field, value in values.items():
        cleaner = _CLEANERS.get(field)
        if cleaner is None:
            cleaned[field] = value
            continue
        if field in _OPEN and (value is None or isinstance(value, date)):
            value = "" if value is None else value.isoformat()
        if not isinstance(value, str):
            errors[field] = [_("Text is expected here.")]
            continue
        try:
            cleaned[field] = cleaner(value)
        except ValueError as error:
            errors[field] = [str(error)]
    if errors:
        raise Invalid(errors=errors)
    return cleaned
