"""What a block keeps away. Neither of the two is told more than that the other can't be reached."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select

from enterprise_social.people.models.presence import Block


def not_blocked_by(author_id: Any, viewer_id: Any) -> ColumnElement[bool]:
    """Return the condition for what the viewer wants to hear of: not of those they block.

    ``author_id`` is a column, ``viewer_id`` a value or a bound parameter.
    """
    blocked = select(Block.blocked_id).where(Block.blocker_id == viewer_id)
    return author_id.not_in(blocked)  # type: ignore[no-any-return]
