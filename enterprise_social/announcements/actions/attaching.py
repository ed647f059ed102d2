"""The files of an announcement: hung on its draft, taken off, thrown away with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select

from enterprise_social.announcements.models import AnnouncementFile, TemplateFile
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.files import actions as files
from enterprise_social.files.models import File
from enterprise_social.people.models import Person


@action
def set_files(actor: Person, announcement_id: int, file_ids: Sequence[int]) -> None:
    """Let these be the files of a draft, in their order; others of it come off.

    Raises Invalid where there are too many, or a new one isn't the actor's own, whole and free.
    """
    there = _files_of(announcement_id)
    wanted = files.check_files(actor, file_ids, there=there)
    if wanted == there:
        return
    _take_off(announcement_id)
    rows = [
        {"announcement_id": announcement_id, "file_id": file_id, "position": position}
        for position, file_id in enumerate(wanted)
    ]
    if rows:
        db.session.execute(insert(AnnouncementFile), rows)
    files.let_go([each for each in there if each not in wanted])


def copies(actor: Person, file_list: Iterable[File]) -> list[int]:
    """Take these files in once more, as the actor's own, and return the ids of the copies.

    What is not hung on anything then goes by itself. Raises what ``store_file`` raises.
    """
    return [files.copy_file(actor, each).id for each in file_list]


@action
def set_template_files(actor: Person, template_id: int, file_ids: Sequence[int]) -> None:
    """Let these be the files of a template, in place of those that it had."""
    drop_template_files(template_id)
    rows = [
        {"template_id": template_id, "file_id": file_id, "position": position}
        for position, file_id in enumerate(files.check_files(actor, file_ids))
    ]
    if rows:
        db.session.execute(insert(TemplateFile), rows)


@action
def drop_template_files(template_id: int) -> None:
    """Throw the files of a template away."""
    of_it = TemplateFile.template_id == template_id
    there = db.session.scalars(select(TemplateFile.file_id).where(of_it)).all()
    db.session.execute(
        delete(TemplateFile).where(of_it).execution_options(synchronize_session=False)
    )
    for file_id in there:
        files.discard(file_id)


@action
def drop_files(announcement_id: int) -> None:
    """Throw the files of an announcement away."""
    there = _files_of(announcement_id)
    _take_off(announcement_id)
    for file_id in there:
        files.discard(file_id)


def _files_of(announcement_id: int) -> list[int]:
    statement = select(AnnouncementFile.file_id).where(
        AnnouncementFile.announcement_id == announcement_id
    )
    return list(db.session.scalars(statement.order_by(AnnouncementFile.position)))


def _take_off(announcement_id: int) -> None:
    db.session.execute(
        delete(AnnouncementFile)
        .where(AnnouncementFile.announcement_id == announcement_id)
        .execution_options(synchronize_session=False)
    )
