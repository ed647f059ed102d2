"""Loading is checking: the one way to fetch a thing on somebody's behalf."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Mapped

from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden, NotFound

M = TypeVar("M")


class Viewer(Protocol):
    """Somebody on whose behalf things are loaded."""

    @property
    def id(self) -> Mapped[int] | int:
        """The person's id."""

    @property
    def role(self) -> Mapped[str] | str:
        """The person's role in the organisation."""


class BoundViewer:
    """Whoever a prepared statement is run for: their id is its parameter ``viewer_id``.

    Building a statement costs more than running it, so those of every page are built once.
    """

    id: Any = bindparam("viewer_id")
    role: Any = bindparam("viewer_role")


Condition = Callable[[Any], ColumnElement[bool]]
_conditions: dict[type[Any], Condition] = {}
_built_once: set[type[Any]] = set()


def visibility(model: type[Any], *, once: bool = False) -> Callable[[Condition], Condition]:
    """Register the function that says, as SQL, which rows of ``model`` a viewer may see.

    ``once`` says that it may be built a single time for a ``BoundViewer``: it looks at nothing
    but who asks, and at the time whenever it is run.
    """

    def register(condition: Condition) -> Condition:
        _conditions[model] = condition
        if once:
            _built_once.add(model)
        return condition

    return register


def visible(model: type[Any], viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for lists, counts and search: the rows that ``viewer`` may see."""
    return _conditions[model](viewer)


def find(model: type[M], identity: int, viewer: Viewer, *options: Any) -> M:
    """Load one row by id on behalf of ``viewer``.

    Raises NotFound where it doesn't exist or the viewer may not know that it does.
    """
    if model in _built_once and not options:
        asked = {"identity": identity, "viewer_id": viewer.id, "viewer_role": viewer.role}
        found: M | None = db.session.execute(_finding(cast(Any, model)), asked).scalar_one_or_none()
        if found is None:
            raise NotFound()
        return found
    key = model.__mapper__.primary_key[0]  # type: ignore[attr-defined]
    return find_where(model, key == identity, viewer, *options)


@cache
def _finding(model: type[Any]) -> Any:
    key = model.__mapper__.primary_key[0]
    return select(model).where(key == bindparam("identity"), visible(model, BoundViewer()))


def find_where(model: type[M], condition: ColumnElement[bool], viewer: Viewer, *options: Any) -> M:
    """Load the one row that ``condition`` names on behalf of ``viewer``; NotFound otherwise."""
    statement = select(model).where(condition, visible(model, viewer)).options(*options)
    row: M | None = db.session.execute(statement).scalar_one_or_none()
    if row is None:
        raise NotFound()
    return row


def require(allowed: bool, detail: str = "") -> None:
    """Raise Forbidden unless ``allowed``; the detail says why in one sentence."""
    if not allowed:
        raise Forbidden(detail)
