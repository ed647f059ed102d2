"""The lines of managers: who is above whom, over any number of links.

A union without duplicates ends even where the lines made a loop.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import CTE, Select, select

from enterprise_social.people.models import Person


def above(person_ids: Collection[int]) -> CTE:
    """Return pairs of a person (``of``) and somebody over them (``above``), for these people."""
    lines = (
        select(Person.id.label("of"), Person.manager_id.label("above"))
        .where(Person.id.in_(person_ids), Person.manager_id.is_not(None))
        .cte("lines", recursive=True)
    )
    return lines.union(
        select(lines.c.of, Person.manager_id)
        .join(lines, Person.id == lines.c.above)
        .where(Person.manager_id.is_not(None))
    )


def below(person_ids: Collection[int]) -> Select[int]:
    """Return the select of the ids of everyone below these people, without themselves."""
    line = (
        select(Person.id.label("id"))
        .where(Person.manager_id.in_(person_ids))
        .cte(recursive=True, nesting=True)
    )
    report = select(Person.id).join(line, Person.manager_id == line.c.id)
    line = line.union(report)
    return select(line.c.id)
