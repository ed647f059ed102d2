"""What may stand in the long part of a profile: each thing is cleaned, or refused by its place.

An error of a line of a list stands twice: under the list's name, saying which line, and under
``<list>.<index from 0>.<field>``, for a form that shows it beside the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError
from flask_babel import gettext as _

from enterprise_social.core.errors import Invalid
from enterprise_social.core.text import normalise, safe_name
from enterprise_social.people.models.profile import (
    LONGEST_ABOUT,
    MOST_ENTRIES,
    MOST_LANGUAGES,
    MOST_LINKS,
    MOST_TOPICS,
)

LONGEST_TOPIC = 60
LONGEST_LABEL = 80
LONGEST_ADDRESS = 500
LONGEST_LINE = 160
LONGEST_TEXT = 1000
MINUTES = 24 * 60
SCHEMES = ("http", "https", "mailto")
_MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")
_ADDRESS = re.compile(r"[^\s<>\"\\^`{}|\x00-\x1f\x7f]+")

Errors = dict[str, list[str]]


def clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what somebody tells in the form in which it is stored.

    Keys are of ``policy.TOLD_FIELDS``. Raises Invalid that names everything that can't be taken.
    """
    errors: Errors = {}
    cleaned = {name: _CLEANERS[name](value, name, errors) for name, value in values.items()}
    if errors:
        raise Invalid(errors=errors)
    return cleaned


def check_hours(values: Mapping[str, Any]) -> None:
    """Refuse working hours without an end, a beginning, or days. Raises Invalid."""
    begin, end = values["works_from"], values["works_until"]
    if begin is None and end is None:
        return
    if begin is None:
        raise Invalid(errors={"works_from": [_("Say when you begin, too.")]})
    if end is None:
        raise Invalid(errors={"works_until": [_("Say when you end, too.")]})
    if begin == end:
        raise Invalid(errors={"works_until": [_("The end is the same as the beginning.")]})
    if not values["works_on"]:
        raise Invalid(errors={"works_on": [_("Choose the days on which you work.")]})


def language_tag(written: str, locale: Locale | None = None) -> str | None:
    """Return the tag (BCP 47) of a language by its tag, or by its name in ``locale`` or English."""
    key = safe_name(written).casefold()
    for known in (locale, Locale("en")):
        for tag, name in known.languages.items() if known is not None else ():
            if key in (name.casefold(), tag.casefold().replace("_", "-")):
                return str(tag).replace("_", "-")
    try:
        parsed = Locale.parse(key.replace("-", "_")) if len(key) <= 35 else None
    except (UnknownLocaleError, ValueError, TypeError):
        return None
    if parsed is None:
        return None
    return str(parsed).replace("_", "-")


def language_name(tag: str, locale: Locale) -> str:
    """Return the name of a language in ``locale``, or its tag where it has none there."""
    known = tag.replace("-", "_")
    try:
        return Locale.parse(known).get_display_name(locale) or tag
    except (UnknownLocaleError, ValueError):
        return str(locale.languages.get(known, tag))


def safe_address(written: str) -> str | None:
    """Return the address of a link that may be followed, or None: http, https and mailto alone."""
    address = written.strip()
    if not _ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
        return None
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?(/.*)?", address):
        address = f"https://{address}"  # as people write it
    try:
        parts = urlsplit(address)
        # A name before the host makes an address look like another one.
        host = None if parts.username is not None else parts.hostname
    except ValueError:
        return None
    if parts.scheme not in SCHEMES:
        return None
    if parts.scheme == "mailto":
        return address if "@" in parts.path else None
    return address if host else None


def _about(value: Any, name: str, errors: Errors) -> str:
    text = normalise(value).strip() if isinstance(value, str) else None
    if text is None:
        return _refuse(errors, name, _("Text is expected here."), "")
    if len(text) > LONGEST_ABOUT:
        words = _("At most %(count)d characters fit here.", count=LONGEST_ABOUT)
        return _refuse(errors, name, words, "")
    return text


def _topics(value: Any, name: str, errors: Errors) -> list[str]:
    topics: dict[str, str] = {}
    for each in _listed(value, name, MOST_TOPICS, errors):
        topic = safe_name(each) if isinstance(each, str) else ""
        if len(topic) > LONGEST_TOPIC:
            words = _(
                "“%(text)s…” is too long: at most %(count)d characters.",
                text=topic[:20],
                count=LONGEST_TOPIC,
            )
            _refuse(errors, name, words, None)
        elif topic:
            topics.setdefault(topic.casefold(), topic)
    return list(topics.values())


def _languages(value: Any, name: str, errors: Errors) -> list[str]:
    tags: dict[str, None] = {}
    for each in _listed(value, name, MOST_LANGUAGES, errors):
        tag = language_tag(each) if isinstance(each, str) else None
        if tag is None:
            words = _("“%(name)s” is no language that we know.", name=str(each)[:40])
            _refuse(errors, name, words, None)
        else:
            tags[tag] = None
    return list(tags)


def _links(value: Any, name: str, errors: Errors) -> list[dict[str, str]]:
    links = []
    for index, each in enumerate(_listed(value, name, MOST_LINKS, errors)):
        line = _Line(name, index, each, errors)
        written = line.text("url", LONGEST_ADDRESS)
        label = line.text("label", LONGEST_LABEL)
        address = safe_address(written)
        if address is None:
            line.refuse("url", _("Write an address such as https://example.org."))
            continue
        links.append({"label": label or _label_of(address), "url": address})
    return links


def _label_of(address: str) -> str:
    parts = urlsplit(address)
    return parts.path if parts.scheme == "mailto" else (parts.hostname or "").removeprefix("www.")


def _entries(value: Any, name: str, errors: Errors) -> list[dict[str, Any]]:
    entries = []
    for index, each in enumerate(_listed(value, name, MOST_ENTRIES, errors)):
        line = _Line(name, index, each, errors)
        entry: dict[str, Any] = {
            "title": line.text("title", LONGEST_LINE),
            "organisation": line.text("organisation", LONGEST_LINE),
            "from_month": line.month("from_month"),
            "until_month": line.month("until_month"),
            "text": line.text("text", LONGEST_TEXT, lines=True),
        }
        if not entry["title"]:
            line.refuse("title", _("Say what it was."))
        if entry["until_month"] and entry["until_month"] < (entry["from_month"] or ""):
            line.refuse("until_month", _("The end is before the beginning."))
        entries.append(entry)
    return sorted(entries, key=_recent, reverse=True)


def _recent(entry: dict[str, Any]) -> tuple[str, str]:
    return entry["until_month"] or "9999", entry["from_month"] or ""


def _days(value: Any, name: str, errors: Errors) -> list[int]:
    days = _listed(value, name, 7, errors)
    if any(type(day) is not int or not 0 <= day <= 6 for day in days):
        return _refuse(errors, name, _("Days are numbers from 0, Monday, to 6."), [])
    return sorted(set(days))


def _minute(value: Any, name: str, errors: Errors) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value < MINUTES:
        return _refuse(errors, name, _("Write a time such as 09:00."), None)
    return int(value)


class _Line:
    """One line of a list, while it is cleaned."""

    def __init__(self, name: str, index: int, given: Any, errors: Errors) -> None:
        self._name, self._index, self._errors = name, index, errors
        self._given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}

    def refuse(self, field: str, words: str) -> None:
        numbered = _("Line %(number)d: %(words)s", number=self._index + 1, words=words)
        _refuse(self._errors, self._name, numbered, None)
        _refuse(self._errors, f"{self._name}.{self._index}.{field}", words, None)

    def text(self, field: str, longest: int, *, lines: bool = False) -> str:
        given = self._given.get(field) or ""
        if not isinstance(given, str):
            self.refuse(field, _("Text is expected here."))
            return ""
        text = normalise(given).strip() if lines else safe_name(given)
        if len(text) > longest:
            self.refuse(field, _("At most %(count)d characters fit here.", count=longest))
        return text

    def month(self, field: str) -> str | None:
        written = self.text(field, 40)
        if not written:
            return None
        if not _MONTH.fullmatch(written):
            self.refuse(field, _("Write a month as 2026-01."))
            return None
        return written


def _listed(value: Any, name: str, most: int, errors: Errors) -> list[Any]:
    if not isinstance(value, list):
        return _refuse(errors, name, _("A list is expected here."), [])
    if len(value) > most:
        return _refuse(errors, name, _("At most %(count)d fit here.", count=most), [])
    return value


def _refuse(errors: Errors, name: str, words: str, instead: Any) -> Any:
    errors.setdefault(name, []).append(words)
    return instead


_CLEANERS: dict[str, Callable[[Any, str, Errors], Any]] = {
    "about": _about,
    "topics": _topics,
    "languages": _languages,
    "links": _links,
    "works_on": _days,
    "works_from": _minute,
    "works_until": _minute,
    "experience": _entries,
    "education": _entries,
}
