"""Reads of the org chart: the line above somebody, who is below, and how many.

The lines are ``Person.manager_id``. The chart shows everyone who works here, and those who left
while somebody is still under them: the reports of a former manager stay where they can be reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import CTE, ColumnElement, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from enterprise_social.core.access import Viewer, visible
from enterprise_social.core.db import db
from enterprise_social.core.paging import Page, decode, encode
from enterprise_social.people.models import Person

MOST_ABOVE = 20  # managers shown over somebody; further ones are reached by opening the topmost
MOST_PEERS = 4  # beside somebody, before the others are asked for
MOST_REPORTS = 30  # a page of those under somebody
DEEPEST = 50  # managers over one another that are read at all


@dataclass
class Node:
    """Somebody in the chart.

    ``reports`` counts those shown directly below, ``headcount`` everyone below who works here,
    ``next_cursor`` is where the list ``under`` goes on. ``looped`` is true where the manager line
    comes back to somebody above.
    """

    person: Person
    reports: int = 0
    headcount: int = 0
    is_open: bool = False
    on_line: bool = False
    looped: bool = False
    under: list[Node] = field(default_factory=list)
    next_cursor: str | None = None

    @property
    def others(self) -> int:
        """How many direct reports are not listed yet."""
        return max(0, self.reports - len(self.under))


@dataclass(frozen=True)
class Line:
    """The managers of somebody, the next one first.

    ``loop`` names those who are above each other, the first one again at the end; empty where the
    line ends at the top. ``is_cut`` says that more are above than were asked for.
    """

    managers: list[Person]
    loop: list[Person]
    is_cut: bool


def line_above(person: Person, most: int = DEEPEST) -> Line:
    """Return the managers over ``person`` up to the top, in one query, however the data is."""
    steps = (
        select(Person.id, Person.manager_id, literal(0).label("step"))
        .where(Person.id == person.id)
        .cte("line", recursive=True)
    )
    above = aliased(Person)
    # A loop in imported data would never end: the number of steps is bounded.
    steps = steps.union_all(
        select(above.id, above.manager_id, steps.c.step + 1)
        .join(steps, above.id == steps.c.manager_id)
        .where(steps.c.step <= most)
    )
    statement = select(Person).join(steps, steps.c.id == Person.id).order_by(steps.c.step)
    line: list[Person] = []
    for each in db.session.scalars(statement):
        if each in line:
            return Line(line[1 : most + 1], [*line[line.index(each) :], each], False)
        line.append(each)
    return Line(line[1 : most + 1], [], len(line) > most + 1)


def reports_page(
    viewer: Viewer, manager: Person | None, *, cursor: str | None = None, limit: int = MOST_REPORTS
) -> Page[Person]:
    """Return one page of those under ``manager``, leaders first, then by name.

    Without a manager, of those who have none: the top. Raises Invalid for a foreign cursor.
    """
    below = aliased(Person)
    leads = exists().where(below.manager_id == Person.id, below.is_bot.is_(False))
    rank = case((leads, 0), else_=1)
    statement = select(Person, rank).where(_under(manager), _is_shown(), visible(Person, viewer))
    if cursor:
        after = decode(cursor, int, str, int)
        statement = statement.where(tuple_(rank, Person.name, Person.id) > tuple_(*after))
    statement = statement.order_by(rank, Person.name, Person.id).limit(limit + 1)
    rows = db.session.execute(statement).all()
    people = [row[0] for row in rows[:limit]]
    if len(rows) <= limit:
        return Page(people, None)
    return Page(people, encode(rows[limit - 1][1], people[-1].name, people[-1].id))


def top_total(viewer: Viewer) -> int:
    """Count those who have no manager."""
    statement = select(func.count(Person.id))
    statement = statement.where(_under(None), _is_shown(), visible(Person, viewer))
    return int(db.session.execute(statement).scalar_one())


def chart_around(viewer: Viewer, person: Person, cursor: str | None = None) -> tuple[Node, Line]:
    """Return the chart from the topmost shown manager down to the reports of ``person``.

    ``cursor`` goes on in their reports. The number of people in it and of queries is bounded,
    however large the organisation.
    """
    line = line_above(person, MOST_ABOVE)
    here = Node(person, is_open=True, on_line=True)
    page = reports_page(viewer, person, cursor=cursor)
    here.under, here.next_cursor = [Node(each) for each in page.items], page.next_cursor
    root = here
    for step, manager in enumerate(line.managers):
        peers = []
        if step == 0:
            beside = reports_page(viewer, manager, limit=MOST_PEERS)
            peers = [Node(one) for one in beside.items if one.id != person.id][: MOST_PEERS - 1]
        root = Node(manager, is_open=True, on_line=True, under=[root, *peers])
    _measure([root])
    _mark_loops(root, set())
    return root, line


def chart_below(
    viewer: Viewer, manager: Person | None, cursor: str | None = None
) -> tuple[list[Node], str | None]:
    """Return one page of the nodes under ``manager``, or of the top, and where it goes on."""
    page = reports_page(viewer, manager, cursor=cursor)
    nodes = [Node(each) for each in page.items]
    _measure(nodes)
    return nodes, page.next_cursor


def _under(manager: Person | None) -> ColumnElement[bool]:
    if manager is None:
        return Person.manager_id.is_(None)
    return Person.manager_id == manager.id


def _is_shown() -> ColumnElement[bool]:
    """Return the condition for being in the chart: working here, or over somebody who does."""
    carries = select(_former_over_somebody().c.id)
    return Person.is_bot.is_(False) & or_(Person.deactivated_at.is_(None), Person.id.in_(carries))


def _former_over_somebody() -> CTE:
    """Select those who left while somebody who works here is below them, over any number of links.

    From the bottom upwards: it looks at former managers alone, who are few. UNION takes each once,
    so it ends also where managers are in a loop.
    """
    works, former, above = aliased(Person), aliased(Person), aliased(Person)
    has_somebody = exists().where(
        works.manager_id == former.id, works.deactivated_at.is_(None), works.is_bot.is_(False)
    )
    over = (
        select(former.id, former.manager_id)
        .where(former.deactivated_at.is_not(None), has_somebody)
        .cte("former_over", recursive=True)
    )
    return over.union(
        select(above.id, above.manager_id)
        .join(over, above.id == over.c.manager_id)
        .where(above.deactivated_at.is_not(None))
    )


def _measure(roots: Sequence[Node]) -> None:
    """Fill in ``reports`` and ``headcount`` of the nodes, in two queries."""
    nodes = list(_all(roots))
    ids = [node.person.id for node in nodes]
    if not ids:
        return
    counted = select(Person.manager_id, func.count(Person.id))
    counted = counted.where(Person.manager_id.in_(ids), _is_shown()).group_by(Person.manager_id)
    direct = {row[0]: row[1] for row in db.session.execute(counted)}
    hidden = _hidden_below(ids)
    for node in nodes:
        node.reports = direct.get(node.person.id, 0)
    for root in roots:
        _add_up(root, hidden)


def _hidden_below(ids: Iterable[int]) -> dict[int, int]:
    """Count by the nearest one of ``ids`` who works below them, without the ``ids`` themselves.

    It goes down until it meets another of the ids, so everybody is counted once at most. It ends
    even where managers are in a loop: everybody has one manager, so one who is reached from
    outside a loop isn't in it, and a loop through one of the ids ends there.
    """
    shown = list(ids)
    below = (
        select(Person.manager_id.label("over"), Person.id.label("id"))
        .where(Person.manager_id.in_(shown), Person.id.not_in(shown))
        .cte("below", recursive=True)
    )
    further = aliased(Person)
    below = below.union_all(
        select(below.c.over, further.id)
        .join(below, further.manager_id == below.c.id)
        .where(further.id.not_in(shown))
    )
    statement = (
        select(below.c.over, func.count(Person.id))
        .join(Person, Person.id == below.c.id)
        .where(Person.deactivated_at.is_(None), Person.is_bot.is_(False))
        .group_by(below.c.over)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def _add_up(node: Node, hidden: dict[int, int]) -> None:
    node.headcount = hidden.get(node.person.id, 0)
    for each in node.under:
        _add_up(each, hidden)
        node.headcount += each.headcount + (each.person.is_active and not each.person.is_bot)


def _mark_loops(node: Node, above: set[int]) -> None:
    """Take out whoever is shown further up already, and say so."""
    above = above | {node.person.id}
    kept = [each for each in node.under if each.person.id not in above]
    node.looped = len(kept) < len(node.under)
    node.under = kept
    for each in kept:
        _mark_loops(each, above)


def _all(nodes: Iterable[Node]) -> Iterable[Node]:
    for node in nodes:
        yield node
        yield from _all(node.under)
