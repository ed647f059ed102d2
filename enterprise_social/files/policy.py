"""Who may do what with a file, and who may see one: whoever sees what it hangs on.

What files hang on stands in rooms to the right. Each of them says with ``hangs_on`` which of its
tables has their ids, and who sees a file by it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_

from enterprise_social.core.access import Condition, visibility
from enterprise_social.files.models import ARRIVING, File, Upload
from enterprise_social.people.models import Person

#: The columns with the ids of files that hang on something, each with who sees a file by it.
_holders: dict[Any, Condition] = {}


def hangs_on(file_id: Any) -> Callable[[Condition], Condition]:
    """Register the function that says, as SQL, which files a viewer sees by what they hang on.

    ``file_id`` is the mapped column that has the ids of files; a file whose id stands in one is no
    orphan. The condition is asked beside ``File``.
    """

    def register(condition: Condition) -> Condition:
        _holders[file_id] = condition
        return condition

    return register


#: Who sees files besides those who see what they hang on.
_seen_by: list[Condition] = []


def seen_by(condition: Condition) -> Condition:
    """Register a function that says, as SQL beside ``File``, which files a viewer sees as well."""
    if condition not in _seen_by:
        _seen_by.append(condition)
    return condition


def held() -> ColumnElement[bool]:
    """Return the condition for files that hang on something, whoever may see it."""
    return or_(false(), *(exists().where(column == File.id) for column in _holders))


@visibility(File)
def visible_files(viewer: Any) -> ColumnElement[bool]:
    """The files of what the viewer may see, and their own that hang on nothing yet."""
    return and_(
        File.deleted_at.is_(None),
        File.state != ARRIVING,
        or_(
            and_(File.owner_id == viewer.id, ~held()),
            *(condition(viewer) for condition in _holders.values()),
            *(condition(viewer) for condition in _seen_by),
        ),
    )


@visibility(Upload)
def own_uploads(viewer: Any) -> ColumnElement[bool]:
    """Uploads on their way are nobody else's business."""
    return and_(Upload.owner_id == viewer.id)


def may_continue(actor: Person, upload: Upload) -> bool:
    """Whoever began an upload goes on with it, finishes it or gives it up."""
    return upload.owner_id == actor.id


def may_describe(actor: Person, file: File) -> bool:
    """Whoever uploaded a file says what it shows."""
    return file.owner_id == actor.id and file.deleted_at is None


def may_delete(actor: Person, file: File) -> bool:
    """Whoever uploaded a file may change their mind, while it hangs on nothing."""
    return file.owner_id == actor.id
