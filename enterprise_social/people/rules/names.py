"""What a rule can name: people, and the fields that everyone may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, select

from enterprise_social.core.db import db
from enterprise_social.people.models import Person, ProfileField
from enterprise_social.people.queries.fields import hidden_names

# A rule tells through its count who matches: so only what everyone may see can stand in one.
PUBLIC = "everyone"


@dataclass(frozen=True)
class Operand:
    """What people are in, where a rule may say so: ``in group @crew``.

    ``find`` gives the id of a name (casefolded, without its sign), ``name`` the name of an id, and
    ``condition`` who is in it.
    """

    sign: str
    find: Callable[[str], int | None]
    name: Callable[[int], str | None]
    condition: Callable[[int], ColumnElement[bool]]


class Names(Protocol):
    """Looks up what rules name."""

    @property
    def operands(self) -> Mapping[str, Operand]:
        """Return what people may be in, by the word for it; none in most rules.

        Where there are some, a rule may say ``everyone`` and ``except`` as well.
        """

    def person(self, username: str) -> int | None:
        """Return the id of the person of that username (casefolded)."""

    def username(self, person_id: int) -> str | None:
        """Return the username of that person."""

    def custom_kind(self, key: str) -> str | None:
        """Return the kind of the custom field of that key, where everyone may see it."""

    def hidden(self, name: str) -> bool:
        """Tell whether the organisation hides a built-in field."""


class KnownNames:
    """The names of this organisation; what was looked up is kept for as long as it lives."""

    def __init__(self, operands: Mapping[str, Operand] | None = None) -> None:
        self.operands = operands or {}
        self._kinds: Mapping[str, str] | None = None
        self._hidden: frozenset[str] | None = None

    def person(self, username: str) -> int | None:
        """Return the id of the person of that username (casefolded)."""
        statement = select(Person.id).where(Person.username == username)
        return db.session.execute(statement).scalar_one_or_none()

    def username(self, person_id: int) -> str | None:
        """Return the username of that person."""
        statement = select(Person.username).where(Person.id == person_id)
        return db.session.execute(statement).scalar_one_or_none()

    def custom_kind(self, key: str) -> str | None:
        """Return the kind of the custom field of that key, where everyone may see it."""
        if self._kinds is None:
            rows = db.session.execute(
                select(ProfileField.key, ProfileField.kind).where(
                    ProfileField.audience == PUBLIC, ProfileField.archived_at.is_(None)
                )
            )
            self._kinds = {row.key: row.kind for row in rows}
        return self._kinds.get(key)

    def hidden(self, name: str) -> bool:
        """Tell whether the organisation hides a built-in field."""
        if self._hidden is None:
            self._hidden = hidden_names()
        return name in self._hidden
