"""Keeping groups by rule true, by sets and never person by person."""

from __future__ import annotations

from collections.abc import Sequence
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
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.rules import KnownNames, Spellings, condition, follows_managers
from enterprise_social.people.rules.conditions import below, is_usable

MOST_AT_ONCE = 200


@action
def recompute(group: Group) -> bool:
    """Let a group by rule hold exactly who matches now; tell whether anything changed."""
    with joined_by_sets():
        return _settle(lock(Group, group.id), Spellings(), None)


def follow(person_ids: Sequence[int]) -> None:
    """Bring the groups by rule up to date for people whose profiles changed, and those below them.

    Groups in which nothing changes are only read.
    """
    wanted = sorted(set(person_ids))
    for start in range(0, len(wanted), MOST_AT_ONCE):
        _follow(wanted[start : start + MOST_AT_ONCE])


def recompute_all() -> None:
    """Bring every group by rule up to date: when words or fields changed that rules may name."""
    spellings = Spellings()
    for group in _groups_by_rule():
        with joined_by_sets():
            differs = _differs(group, spellings, None)
        if differs:
            _settle_now(group.id, spellings, None)
    for group in _groups_by_rule(archived=True):
        # It stays as it was, but not where that tells what only few may see now.
        if group.member_count and not is_usable(group.rule or {}, spellings.names):
            _let_go(group.id)


def _follow(person_ids: Sequence[int]) -> None:
    names = KnownNames()
    theirs = Spellings(person_ids, names)
    # Whoever reports to them may be in another line now, so all of those are asked about.
    everyone = Spellings(None, names)
    for group in _groups_by_rule():
        wide = follows_managers(group.rule or {})
        spellings = everyone if wide else theirs
        scope = _line_of(person_ids) if wide else person_ids
        with joined_by_sets(wide):
            differs = _differs(group, spellings, scope)
        if differs:
            _settle_now(group.id, spellings, scope, wide=wide)


def _groups_by_rule(*, archived: bool = False) -> Sequence[Group]:
    is_archived = Group.archived_at.is_not(None)
    statement = select(Group).where(Group.kind == "rule", is_archived if archived else ~is_archived)
    return db.session.scalars(
        statement.order_by(Group.id).execution_options(populate_existing=True)
    ).all()


def _line_of(person_ids: Sequence[int]) -> Any:
    return select(Person.id).where(or_(Person.id.in_(person_ids), Person.id.in_(below(person_ids))))


@action
def _settle_now(group_id: int, spellings: Spellings, scope: Any, *, wide: bool = True) -> None:
    group = lock(Group, group_id)
    if group.archived_at is None:
        with joined_by_sets(wide):
            _settle(group, spellings, scope)


@action
def _let_go(group_id: int) -> None:
    group = lock(Group, group_id)
    if group.archived_at is not None:
        _settle(group, Spellings(), None)


def _differs(group: Group, spellings: Spellings, scope: Any) -> bool:
    came, gone = _difference(group, spellings, scope)
    statement = select(
        or_(
            exists(select(Person.id).where(came)), exists(select(GroupMember.person_id).where(gone))
        )
    )
    return bool(db.session.execute(statement).scalar_one())


def _difference(
    group: Group, spellings: Spellings, scope: Any
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


def _matching(group: Group, spellings: Spellings, scope: Any) -> ColumnElement[bool]:
    matches = condition(group.rule or {"any": []}, spellings)
    return matches if scope is None else and_(Person.id.in_(scope), matches)


def _settle(group: Group, spellings: Spellings, scope: Any) -> bool:
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
