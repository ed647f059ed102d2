"""Who asks for exports, who agrees to them, and who may fetch what was made.

No export of others' data is one person's decision: whoever asked for it can't agree to it, and
only these two can fetch it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from enterprise_social.core.access import visibility
from enterprise_social.people.models import Person
from enterprise_social.people.policy.rights import has_right
from enterprise_social.records.models import DataExport

RIGHT = "export"


@visibility(DataExport)
def visible_exports(viewer: Any) -> ColumnElement[bool]:
    """One's own data, and what is asked of others' by whoever takes part in that."""
    own = and_(DataExport.kind == "own", DataExport.requested_by_id == viewer.id)
    if not has_right(viewer, RIGHT):
        return own
    return or_(own, DataExport.kind == "compliance")


def may_ask(actor: Person) -> bool:
    """Tell whether the actor takes part in exports of others' data."""
    return has_right(actor, RIGHT)


def may_decide(actor: Person, export: DataExport) -> bool:
    """Tell whether the actor may agree to an export, or refuse it: never whoever asked for it."""
    return export.kind == "compliance" and export.requested_by_id != actor.id and may_ask(actor)


def may_cancel(actor: Person, export: DataExport) -> bool:
    """Whoever asked may change their mind; so may whoever agreed."""
    return may_fetch(actor, export)


def may_fetch(actor: Person, export: DataExport) -> bool:
    """Tell whether the actor may have the archive: one of the two, who still has the right."""
    if export.kind == "own":
        return export.requested_by_id == actor.id and actor.is_active
    return actor.id in (export.requested_by_id, export.decided_by_id) and may_ask(actor)
