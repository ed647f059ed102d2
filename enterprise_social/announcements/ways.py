"""By which ways somebody can be reached at all. Rooms to the right add theirs by ``possible``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.people.models import Person

Reachable = Callable[[Collection[int]], Iterable[int]]
_tests: dict[str, Reachable] = {}


def possible(way: str) -> Callable[[Reachable], Reachable]:
    """Register the function that says which of some people can be reached by ``way``.

    It is given ids and returns those of them, in a bounded number of queries.
    """

    def register(function: Reachable) -> Reachable:
        _tests[way] = function
        return function

    return register


def ways_of(person_ids: Collection[int]) -> dict[int, set[str]]:
    """Return the possible ways of each of these people (at most some hundred)."""
    found: dict[int, set[str]] = {each: {"app"} for each in person_ids}
    for way, function in _tests.items():
        for person_id in function(person_ids):
            found[person_id].add(way)
    return found


@possible("email")
def by_email(person_ids: Collection[int]) -> Iterable[int]:
    """Everyone who has an address."""
    return db.session.scalars(
        select(Person.id).where(Person.id.in_(person_ids), Person.email != "")
    )


@possible("manager")
def by_manager(person_ids: Collection[int]) -> Iterable[int]:
    """Everyone who has a manager."""
    statement = select(Person.id).where(Person.id.in_(person_ids), Person.manager_id.is_not(None))
    return db.session.scalars(statement)
