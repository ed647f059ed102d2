"""What may stand in an announcement: each field is cleaned, or refused with a plain sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from enterprise_social.announcements.models import (
    ASKS,
    LONGEST_BODY,
    LONGEST_CHOICE,
    LONGEST_TITLE,
    MOST_CHOICES,
    PRIORITIES,
)
from enterprise_social.core.errors import Invalid
from enterprise_social.core.text import safe_name

LONGEST_AUDIENCE = 4_000


def _title(value: Any) -> str:
    title = safe_name(_text(value))
    if len(title) > LONGEST_TITLE:
        raise ValueError(_("At most %(count)d characters fit here.", count=LONGEST_TITLE))
    return title


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("Text is expected here."))
    return value


def _bounded(longest: int) -> Callable[[Any], str]:
    def clean(value: Any) -> str:
        text = _text(value).strip()
        if len(text) > longest:
            raise ValueError(_("At most %(count)d characters fit here.", count=longest))
        return text

    return clean


def _line(longest: int) -> Callable[[Any], str]:
    return lambda value: _bounded(longest)(safe_name(_text(value)))


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def clean(value: Any) -> str:
        if value not in allowed:
            raise ValueError(_("Choose one of: %(names)s.", names=", ".join(allowed)))
        return str(value)

    return clean


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("Yes or no is expected here."))
    return value


def _maybe(value: Any) -> bool | None:
    return None if value is None else _flag(value)


def _moment(value: Any) -> datetime | None:
    if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
        return value
    raise ValueError(_("A time with its zone is expected here."))


def _local(value: Any) -> str | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.strptime(_text(value), "%Y-%m-%dT%H:%M")  # noqa: DTZ007
    except ValueError:
        raise ValueError(_("Write the day and time as 2026-11-30T09:00.")) from None
    if not 2000 <= moment.year <= 2200:
        raise ValueError(_("Write the day and time as 2026-11-30T09:00."))
    return moment.strftime("%Y-%m-%dT%H:%M")


def _choices(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > MOST_CHOICES:
        raise ValueError(_("At most %(most)d answers fit here.", most=MOST_CHOICES))
    choices: list[dict[str, Any]] = []
    for each in value:
        text = _line(LONGEST_CHOICE)(each.get("text") if isinstance(each, dict) else each)
        if not text:
            raise ValueError(_("Each answer needs its words."))
        choices.append(
            {"text": text, "alerts": isinstance(each, dict) and bool(each.get("alerts"))}
        )
    if len({choice["text"].casefold() for choice in choices}) != len(choices):
        raise ValueError(_("The answers must differ."))
    return choices


def _ids(value: Any) -> list[int]:
    if not isinstance(value, list) or any(type(each) is not int for each in value):
        raise ValueError(_("A list of people is expected here."))
    return list(dict.fromkeys(value))[:50]


def _file_ids(value: Any) -> list[int]:
    if not isinstance(value, list) or any(type(each) is not int for each in value):
        raise ValueError(_("A list of files is expected here."))
    return list(dict.fromkeys(value))


_CLEANERS: dict[str, Callable[[Any], Any]] = {
    "title": _title,
    "body": _bounded(LONGEST_BODY),
    "priority": _one_of(PRIORITIES),
    "audience_text": _bounded(LONGEST_AUDIENCE),
    "adds_joiners": _flag,
    "drill": _flag,
    "comments": _maybe,
    "reason": _line(300),
    "asks": _one_of(ASKS),
    "ask_text": _line(80),
    "choices": _choices,
    "takes_note": _flag,
    "responder_ids": _ids,
    "file_ids": _file_ids,
    "due_at": _moment,
    "publish_at": _moment,
    "local_at": _local,
    "expires_at": _moment,
}
FIELDS = frozenset(_CLEANERS)


def clean(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields in the form in which they are kept.

    Raises Invalid that names every field that can't be taken, and TypeError for an unknown one.
    """
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for field, value in values.items():
        if field not in _CLEANERS:
            raise TypeError(f"unknown field of an announcement: {field}")
        try:
            cleaned[field] = _CLEANERS[field](value)
        except ValueError as error:
            errors[field] = [str(error)]
    if errors:
        raise Invalid(errors=errors)
    return cleaned
