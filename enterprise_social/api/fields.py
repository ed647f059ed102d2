"""What may stand in a request: each field reads one JSON value strictly and describes itself.

A small layer of our own: a library for this costs tens of megabytes and its messages are neither
ours nor translated. ``describe`` gives JSON Schema 2020-12, as OpenAPI 3.1 takes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _

from enterprise_social.core.errors import Invalid

LARGEST = 2**63 - 1  # what both databases hold in an id
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Refused(ValueError):
    """A value that can't be taken; the message is one sentence for people."""


class Field:
    """One kind of value. ``read`` takes a JSON value, ``read_text`` what stands in an address."""

    summary: str = ""

    def read(self, value: Any) -> Any:
        """Return the value as the action takes it. Raises Refused."""
        return value

    def read_text(self, text: str) -> Any:
        """Read the value of a query parameter. Raises Refused."""
        return self.read(text)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""
        return {}

    def describe(self) -> dict[str, Any]:
        """Return the schema with what the field is for."""
        described = self.schema()
        if self.summary:
            described["description"] = self.summary
        return described


@dataclass(frozen=True)
class Text(Field):
    """A string of ``least`` to ``most`` characters.

    ``raw`` lets everything through for an action that cleans it; otherwise what no database can
    hold (NUL, lone surrogates) is refused.
    """

    most: int
    least: int = 0
    summary: str = ""
    raw: bool = False
    format: str = ""

    def read(self, value: Any) -> str:
        """Take a string of the right length."""
        if not isinstance(value, str):
            raise Refused(_("Text is expected here."))
        if len(value) > self.most:
            raise Refused(_("At most %(most)d characters.", most=self.most))
        if len(value) < self.least:
            raise Refused(_("At least %(least)d characters.", least=self.least))
        if not self.raw and _UNSTORABLE.search(value):
            raise Refused(_("This holds characters that can't be stored."))
        return value

    def schema(self) -> dict[str, Any]:
        """Describe the string."""
        described: dict[str, Any] = {"type": "string", "maxLength": self.most}
        if self.least:
            described["minLength"] = self.least
        if self.format:
            described["format"] = self.format
        return described


@dataclass(frozen=True)
class Whole(Field):
    """A whole number between ``least`` and ``most``."""

    least: int = 0
    most: int = LARGEST
    summary: str = ""
    default: int | None = None

    def read(self, value: Any) -> int:
        """Take a whole number; true and 1.0 are none."""
        if type(value) is not int:
            raise Refused(_("A whole number is expected here."))
        if not self.least <= value <= self.most:
            raise Refused(
                _("Not between %(least)d and %(most)d.", least=self.least, most=self.most)
            )
        return value

    def read_text(self, text: str) -> int:
        """Read decimal digits, with a sign if need be."""
        if len(text) > 20 or not re.fullmatch(r"-?[0-9]+", text):
            raise Refused(_("A whole number is expected here."))
        return self.read(int(text))

    def schema(self) -> dict[str, Any]:
        """Describe the range."""
        described: dict[str, Any] = {
            "type": "integer",
            "minimum": self.least,
            "maximum": self.most,
        }
        if self.default is not None:
            described["default"] = self.default
        return described


def identity(summary: str = "") -> Whole:
    """Make the field of an id."""
    return Whole(least=1, summary=summary)


@dataclass(frozen=True)
class Flag(Field):
    """True or false."""

    summary: str = ""

    def read(self, value: Any) -> bool:
        """Take a boolean; numbers and words are none."""
        if not isinstance(value, bool):
            raise Refused(_("True or false is expected here."))
        return value

    def read_text(self, text: str) -> bool:
        """Read ``true`` or ``false``, also as 1 and 0."""
        if text not in ("true", "false", "1", "0"):
            raise Refused(_("True or false is expected here."))
        return text in ("true", "1")

    def schema(self) -> dict[str, Any]:
        """Describe the boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice(Field):
    """One of a few words."""

    words: tuple[str, ...]
    summary: str = ""
    default: str = ""

    def read(self, value: Any) -> str:
        """Take one of the words."""
        if not isinstance(value, str) or value not in self.words:
            raise Refused(_("Choose one of these: %(words)s.", words=", ".join(self.words)))
        return value

    def schema(self) -> dict[str, Any]:
        """Describe the words."""
        described: dict[str, Any] = {"type": "string", "enum": list(self.words)}
        if self.default:
            described["default"] = self.default
        return described


@dataclass(frozen=True)
class Items(Field):
    """A list of at most ``most`` values of one kind."""

    of: Field
    most: int
    summary: str = ""

    def read(self, value: Any) -> list[Any]:
        """Take a list."""
        if not isinstance(value, list):
            raise Refused(_("A list is expected here."))
        if len(value) > self.most:
            raise Refused(_("At most %(most)d items.", most=self.most))
        return [self.of.read(one) for one in value]

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        return {"type": "array", "items": self.of.describe(), "maxItems": self.most}


@dataclass(frozen=True)
class Moment(Field):
    """A moment as RFC 3339 writes it, with its offset from UTC."""

    summary: str = ""

    def read(self, value: Any) -> datetime:
        """Take a moment with an offset."""
        try:
            moment = datetime.fromisoformat(value) if len(value) <= 40 else None
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None or "T" not in value.upper():
            raise Refused(_("A time such as 2027-01-31T12:00:00Z is expected here."))
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise Refused(_("This time is out of range.")) from None

    def schema(self) -> dict[str, Any]:
        """Describe the moment."""
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class Nullable(Field):
    """A value, or null."""

    of: Field

    def read(self, value: Any) -> Any:
        """Take null or the value."""
        return None if value is None else self.of.read(value)

    def schema(self) -> dict[str, Any]:
        """Describe the value, or null."""
        described = self.of.describe()
        return {**described, "type": [described["type"], "null"]}


@dataclass(frozen=True)
class Content:
    """A body that is not JSON: its media type, its schema, and how many bytes it may have."""

    mime: str
    described: Mapping[str, Any]
    largest: Callable[[], int]


@dataclass(frozen=True)
class Body(Field):
    """A JSON object with these fields and no others."""

    fields: Mapping[str, Field]
    required: Sequence[str] = ()

    def read(self, value: Any) -> dict[str, Any]:
        """Read an object's fields; those that weren't sent are left out.

        Raises Invalid that names every bad field.
        """
        if not isinstance(value, dict):
            raise Invalid(_("The body must be a JSON object."))
        errors: dict[str, list[str]] = {}
        taken: dict[str, Any] = {}
        for name, given in value.items():
            field = self.fields.get(name)
            try:
                if field is None:
                    raise Refused(_("There is no such field."))
                taken[name] = field.read(given)
            except Refused as refusal:
                errors[shown(name)] = [str(refusal)]
        for name in self.required:
            if name not in value:
                errors[name] = [_("This field is needed.")]
        if errors:
            raise Invalid(_("Some fields can't be taken."), errors=errors)
        return taken

    def schema(self) -> dict[str, Any]:
        """Describe the object."""
        described: dict[str, Any] = {
            "type": "object",
            "properties": {name: field.describe() for name, field in self.fields.items()},
            "additionalProperties": False,
        }
        if self.required:
            described["required"] = list(self.required)
        return described


@dataclass(frozen=True)
class Record(Field):
    """A JSON object inside another, with these fields and no others."""

    fields: Mapping[str, Field]
    required: Sequence[str] = ()
    summary: str = ""

    def read(self, value: Any) -> dict[str, Any]:
        """Take an object; of several mistakes the first is named."""
        try:
            return Body(self.fields, self.required).read(value)
        except Invalid as error:
            words = next(iter(error.errors.items()), None)
            named = f"{words[0]}: {words[1][0]}" if words else _("An object is expected here.")
            raise Refused(named) from None

    def schema(self) -> dict[str, Any]:
        """Describe the object."""
        return Body(self.fields, self.required).schema()


def shown(name: str) -> str:
    """Return a name from a request as an answer may repeat it: short, and writable as UTF-8."""
    return name[:80].encode("utf-8", "replace").decode()


NO_BODY = Body({})
