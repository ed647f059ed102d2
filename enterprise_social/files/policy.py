"""Who may do what with a file. Who may see one is for the room of posts to say: it hangs on one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_

from enterprise_social.core.access import visibility
from enterprise_social.files.models import File, Upload
from enterprise_social.people.models import Person


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
    """Whoever uploaded a file may change their mind; posts refuse while it hangs on one."""
    return file.owner_id == actor.id
