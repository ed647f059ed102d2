"""Files that are hung on something, and those that hang on nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.files import policy
from enterprise_social.files.actions.storing import UNATTACHED, discard
from enterprise_social.files.events import FileAged
from enterprise_social.files.models import ARRIVING, MOST_FILES, File
from enterprise_social.people.models import Person


@action
def check_files(
    actor: Person, file_ids: Sequence[int], *, there: Collection[int] = ()
) -> list[int]:
    """Return the ids without repetition, the rows of new ones locked, to be hung on something.

    ``there`` are those that hang on it already. Raises Invalid where there are too many, or a new
    one isn't the actor's own, whole and free.
    """
    wanted = list(dict.fromkeys(file_ids))
    if len(wanted) > MOST_FILES:
        raise Invalid(errors={"file_ids": [_("At most %(most)d files.", most=MOST_FILES)]})
    coming = set(wanted) - set(there)
    if not coming:
        return wanted
    own = db.session.execute(
        select(File.id)
        .where(File.id.in_(coming), File.owner_id == actor.id)
        .where(File.deleted_at.is_(None), File.state != ARRIVING)
        .order_by(File.id)
        .with_for_update(key_share=True)
    ).scalars()
    # Asked once they are locked: it sees what whoever had the lock before hung them on.
    if (
        set(own) != coming
        or db.session.execute(
            select(File.id).where(File.id.in_(coming), policy.held()).limit(1)
        ).first()
    ):
        refused = _("One of these files is not yours, is gone, or belongs to something already.")
        raise Invalid(errors={"file_ids": [refused]})
    return wanted


@action
def let_go(file_ids: Collection[int]) -> None:
    """Note that files hang on nothing any more: for a day they can be hung on something again."""
    for file_id in file_ids:
        announce(FileAged(file_id), run_at=now() + UNATTACHED)


@action
def drop_orphan(file_id: int) -> None:
    """Throw a file away that hangs on nothing."""
    if db.session.get(File, file_id, with_for_update=True) is not None and not is_held(file_id):
        discard(file_id)


@action
def delete_file(actor: Person, file: File) -> None:
    """Throw a file away before it is sent. Raises Forbidden, Conflict where it hangs on something.

    What is sent goes with what it hangs on.
    """
    require(policy.may_delete(actor, file), _("Only who uploaded a file may delete it."))
    lock(File, file.id)
    if is_held(file.id):
        raise Conflict(_("This file belongs to something. Take it from there to delete it."))
    discard(file.id)


def is_held(file_id: int) -> bool:
    """Tell whether a file hangs on something."""
    statement = select(File.id).where(File.id == file_id, policy.held())
    return db.session.execute(statement).first() is not None
