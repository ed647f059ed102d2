"""Writes: many people go into a group by hand, or out of it, at once."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.events import announce
from enterprise_social.people.actions.groups import by_hand, recount
from enterprise_social.people.events import GroupChanged
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.policy import is_admin

CHUNK = 500
MOST_NAMED = 50  # ids that the audit log names; of more it has the number


@action
def change_group_members(
    actor: Person | None, group: Group, *, add: Sequence[int] = (), remove: Sequence[int] = ()
) -> tuple[int, int]:
    """Take people into a group by hand and out of it; returns how many came and went.

    Who is in already, or isn't, doesn't count; who has left may stand in it, as one of them.
    Raises Forbidden, and Conflict for a group that a rule keeps or that is closed.
    """
    require(is_admin(actor), _("Only an admin may do this."))
    group = by_hand(group)
    came = _put_all(group.id, add)
    went = _remove_all(group.id, remove)
    if not came and not went:
        return 0, 0
    recount(group)
    details: dict[str, object] = {"added": len(came), "removed": len(went)}
    if len(came) + len(went) <= MOST_NAMED:
        details |= {"added_ids": came, "removed_ids": went}
    audit.record(actor, "groups.change_members", f"group:{group.id}", details)
    announce(GroupChanged(group.id))
    return len(came), len(went)


def _put_all(group_id: int, person_ids: Sequence[int]) -> list[int]:
    insert = sqlite.insert if is_sqlite() else postgresql.insert
    came: list[int] = []
    for start in range(0, len(person_ids), CHUNK):
        theirs = sorted(set(person_ids[start : start + CHUNK]))
        rows = [
            {"group_id": group_id, "person_id": each, "role": "member", "added_at": now()}
            for each in theirs
        ]
        statement = insert(GroupMember).values(rows).on_conflict_do_nothing()
        came += db.session.scalars(statement.returning(GroupMember.person_id)).all()
    return sorted(came)


def _remove_all(group_id: int, person_ids: Sequence[int]) -> list[int]:
    went: list[int] = []
    for start in range(0, len(person_ids), CHUNK):
        statement = delete(GroupMember).where(
            GroupMember.group_id == group_id,
            GroupMember.person_id.in_(person_ids[start : start + CHUNK]),
        )
        gone = statement.returning(GroupMember.person_id)
        went += db.session.scalars(gone.execution_options(synchronize_session="fetch")).all()
    return sorted(went)
