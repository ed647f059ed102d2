"""Reads fields of parsed JSON, tolerant of what is missing and strict about what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.integrations.slack.problems import ImportProblem
from enterprise_social.integrations.slack.records import at

_TIMESTAMP = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,6}))?")


class Fields:
    """One JSON object of `file`; `where` says which ("message 3") in a complaint."""

    def __init__(self, value: Any, file: str, where: str) -> None:
        self._file = file
        self._where = where
        if not isinstance(value, dict):
            raise self.problem(_("is not an object"))
        self._values: dict[str, Any] = value

    def problem(self, reason: str) -> ImportProblem:
        """The complaint about this object, ready to raise."""
        return ImportProblem(self._file, f"{self._where}: {reason}")

    def text(self, name: str) -> str:
        """A text field, ``""`` where it is missing or null."""
        value = self._values.get(name)
        if value is None:
            return ""
        if isinstance(value, (dict, list, bool)):
            raise self.problem(_("“%(field)s” is not a text", field=name))
        return str(value)

    def identifier(self, name: str = "id") -> str:
        """A text field that must be there."""
        value = self.text(name)
        if not value:
            raise self.problem(_("“%(field)s” is missing", field=name))
        return value

    def flag(self, name: str) -> bool:
        """Whether a field is true."""
        return self._values.get(name) is True

    def inner(self, name: str) -> Fields:
        """An object inside this one; an empty one where it is missing."""
        value = self._values.get(name)
        return Fields(value if isinstance(value, dict) else {}, self._file, self._where)

    def members(self, name: str) -> list[Fields]:
        """The objects that an object of objects holds, in their order; none where it is missing."""
        value = self._values.get(name)
        held = value.values() if isinstance(value, dict) else ()
        return [Fields(each, self._file, self._where) for each in held if isinstance(each, dict)]

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, without repetitions."""
        value = self._values.get(name)
        items = value if isinstance(value, list) else []
        return tuple(dict.fromkeys(item for item in items if isinstance(item, str)))

    def objects(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """A list of objects; anything else in it (Slack's deleted files) is left out."""
        value = self._values.get(name)
        items = value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, dict))

    def moment(self, name: str) -> int | None:
        """A time in seconds with up to six decimals, as exact microseconds since 1970."""
        text = self.text(name)
        if not text or text in {"0", "0000000000.000000"}:
            return None
        match = _TIMESTAMP.fullmatch(text)
        if match is None:
            raise self.problem(_("“%(field)s” is not a time", field=name))
        microseconds = int(match[1]) * 1_000_000 + int((match[2] or "").ljust(6, "0"))
        try:
            at(microseconds)
        except OverflowError as error:
            raise self.problem(_("“%(field)s” is not a time", field=name)) from error
        return microseconds


def rows(content: Any, file: str) -> list[Any]:
    """The list that every file of an export is; raises ImportProblem where it is none."""
    if not isinstance(content, list):
        raise ImportProblem(file, _("is not a list"))
    return content
