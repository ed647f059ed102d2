"""Keeping groups by rule true, by sets and never person by person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.engine import CursorResult

from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import UTCDateTime, db, insert_where_new, joined_by_sets
from enterprise_social.core.events import announce
from enterprise_social.people.events import GroupChanged
from enterprise_social.people.lines import below
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.rules import (
    KnownNames,
    Spellings,
    condition,
    follows_managers,
    is_usable,
)

MOST_AT_ONCE = 200  # people compared together
MOST_BELOW = 1000  # people looked at by themselves; of more all are


@action
def recompute(group: Group) -> bool:
    """Let a group by rule hold exactly who matches now; tell whether anything changed."""
    with joined_by_sets():
        return _settle(lock(Group, group.id), Spellings(), None)


def follow(person_ids: Sequence[int], moved: Sequence[int] = ()) -> None:
    """Bring the groups by rule up to date for people whose profiles changed.

    ``moved`` are those of them who have another manager: whoever is below them is in another line
    then. Groups in which nothing changes are only read.
    """
    for chunk in _chunks(sorted(set(person_ids))):
        _compare(_groups_by_rule(), chunk)
    if moved:
        _follow_lines(moved)


def recompute_all() -> None:
    """Bring every group by rule up to date: when words or fields changed that rules may name."""
    _compare(_groups_by_rule(), None)
    names = KnownNames()
    for group in _groups_by_rule(archived=True):
        # It stays as it was, but not where that tells what only few may see now.
        if group.member_count and not is_usable(group.rule or {}, names):
            _let_go(group.id)


def _follow_lines(moved: Sequence[int]) -> None:
    groups = [group for group in _groups_by_rule() if follows_managers(group.rule or {})]
    if not groups:
        return
    under = db.session.scalars(below(moved).limit(MOST_BELOW + 1)).all()
    if len(under) > MOST_BELOW:
        _compare(groups, None)
        return
    for chunk in _chunks(sorted(under)):
        _compare(groups, chunk)


def _chunks(person_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(person_ids), MOST_AT_ONCE):
        yield person_ids[start : start + MOST_AT_ONCE]


def _compare(groups: Sequence[Group], person_ids: Sequence[int] | None) -> None:
    """Settle those of the groups in which these people, or all with None, aren't as they match."""
    spellings = Spellings(person_ids)
    for group in groups:
        with joined_by_sets(person_ids is None):
            differs = _differs(group, spellings, person_ids)
        if differs:
            _settle_now(group.id, person_ids)


def _groups_by_rule(*, archived: bool = False) -> Sequence[Group]:
    is_archived = Group.archived_at.is_not(None)
    statement = select(Group).where(Group.kind == "rule", is_archived if archived else ~is_archived)
    return db.session.scalars(
        statement.order_by(Group.id).execution_options(populate_existing=True)
    ).all()


@action
def _settle_now(group_id: int, person_ids: Sequence[int] | None) -> None:
    group = lock(Group, group_id)
    if group.archived_at is None:
        with joined_by_sets(person_ids is None):
            # What the lock waited for may have changed them: they are read again.
            _settle(group, Spellings(person_ids), person_ids)


@action
def _let_go(group_id: int) -> None:
    group = lock(Group, group_id)
    if group.archived_at is not None:
        _settle(group, Spellings(), None)


def _differs(group: Group, spellings: Spellings, scope: Sequence[int] | None) -> bool:
    came, gone = _difference(group, spellings, scope)
    statement = select(
        or_(
            exists(select(Person.id).where(came)), exists(select(GroupMember.person_id).where(gone))
        )
    )
    return bool(db.session.execute(statement).scalar_one())


def _difference(
    group: Group, spellings: Spellings, scope: Sequence[int] | None
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions of who is to come (on people) and who is to go (on members)."""
    matches = condition(group.rule or {"any": []}, spellings)
    # By NOT EXISTS and not by NOT IN: PostgreSQL plans the latter badly where many are in it.
    inside = exists().where(GroupMember.group_id == group.id, GroupMember.person_id == Person.id)
    still = select(Person.id).where(Person.id == GroupMember.person_id, matches)
    came = and_(matches, ~inside)
    gone = and_(GroupMember.group_id == group.id, ~exists(still.correlate(GroupMember)))
    if scope is not None:
        came = and_(Person.id.in_(scope), came)
        gone = and_(GroupMember.person_id.in_(scope), gone)
    return came, gone


def _matching(
    group: Group, spellings: Spellings, scope: Sequence[int] | None
) -> ColumnElement[bool]:
    matches = condition(group.rule or {"any": []}, spellings)
    return matches if scope is None else and_(Person.id.in_(scope), matches)


def _settle(group: Group, spellings: Spellings, scope: Sequence[int] | None) -> bool:
    _came, gone = _difference(group, spellings, scope)
    let_go: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        delete(GroupMember).where(gone).execution_options(synchronize_session=False)
    )
    row = select(
        literal(group.id), Person.id, literal("member"), literal(now(), type_=UTCDateTime())
    ).where(_matching(group, spellings, scope))
    columns = ["group_id", "person_id", "role", "added_at"]
    taken_in: CursorResult[Any] = db.session.execute(  # type: ignore[assignment]
        insert_where_new(GroupMember, columns, row)
    )
    if not let_go.rowcount and not taken_in.rowcount:
        return False
    members = select(func.count()).where(GroupMember.group_id == group.id).scalar_subquery()
    db.session.execute(
        update(Group)
        .where(Group.id == group.id)
        .values(member_count=members)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(group)
    announce(GroupChanged(group.id))
    return True
