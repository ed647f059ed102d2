"""The demo's JSON files, read with a named complaint for whatever isn't as it must be."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


class DemoError(ValueError):
    """The demo's data contradict themselves; the text says where."""


class Record:
    """One JSON object, asked for its fields by type. ``where`` names it in complaints."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise DemoError(f"{where}: not an object")
        self._fields: dict[str, Any] = value
        self.where = where

    def text(self, name: str) -> str:
        """Return the text ``name``, which must be there and not empty."""
        value = self._fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise DemoError(f"{self.where}: {name} is not a text")
        return value

    def optional(self, name: str) -> str | None:
        """Return the text ``name``, None where it is missing or null."""
        return None if self._fields.get(name) is None else self.text(name)

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return the text ``name``, which must be one of ``allowed``."""
        value = self.text(name)
        if value not in allowed:
            raise DemoError(f"{self.where}: {name} is {value}, not one of {', '.join(allowed)}")
        return value

    def number(self, name: str) -> int:
        """Return the whole number ``name``, which must be there and not negative."""
        value = self._fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise DemoError(f"{self.where}: {name} is not a whole number")
        return value

    def flag(self, name: str) -> bool:
        """Return whether ``name`` is true; missing is false."""
        value = self._fields.get(name, False)
        if not isinstance(value, bool):
            raise DemoError(f"{self.where}: {name} is neither true nor false")
        return value

    def texts(self, name: str) -> list[str]:
        """Return the list of texts ``name``; missing is empty."""
        value = self._fields.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise DemoError(f"{self.where}: {name} is not a list of texts")
        return list(value)

    def says(self, name: str, word: str) -> bool:
        """Return whether the field ``name`` is exactly the text ``word``."""
        return bool(self._fields.get(name) == word)

    def records(self, name: str) -> list[Record]:
        """Return the list of objects ``name``; missing is empty."""
        return _records(self._fields.get(name, []), f"{self.where}, {name}")

    def text_map(self, name: str) -> dict[str, str]:
        """Return the object ``name`` from text to text; missing is empty."""
        field = Record(self._fields.get(name, {}), f"{self.where}, {name}")
        return {key: field.text(key) for key in field._fields}

    def number_map(self, name: str) -> dict[str, int]:
        """Return the object ``name`` from text to whole number; missing is empty."""
        field = Record(self._fields.get(name, {}), f"{self.where}, {name}")
        return {key: field.number(key) for key in field._fields}


def read_records(path: str) -> list[Record]:
    """Return the objects of the list in ``data/<path>``. Raises DemoError."""
    source = files("enterprise_social.home.demo").joinpath("data", *path.split("/"))
    try:
        return _records(json.loads(source.read_text(encoding="utf-8")), path)
    except (OSError, json.JSONDecodeError) as error:
        raise DemoError(f"{path}: {error}") from error


def _records(value: object, where: str) -> list[Record]:
    if not isinstance(value, list):
        raise DemoError(f"{where}: not a list")
    return [Record(item, f"{where} {number}") for number, item in enumerate(value, 1)]
