"""Reads of the files of announcements."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from enterprise_social.announcements.models import AnnouncementFile, TemplateFile
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.files.models import File
from enterprise_social.files.queries import COLUMNS, Attachment, attachment
from enterprise_social.people.models import Person

Attached = dict[int, list[Attachment]]


def files_of(announcement_ids: Collection[int]) -> Attached:
    """Return the files of each of these announcements, in their order."""
    found: Attached = {each: [] for each in announcement_ids}
    if not found:
        return found
    statement = (
        select(AnnouncementFile.announcement_id, *COLUMNS)
        .join(File, File.id == AnnouncementFile.file_id)
        .where(AnnouncementFile.announcement_id.in_(found), File.deleted_at.is_(None))
        .order_by(AnnouncementFile.announcement_id, AnnouncementFile.position)
    )
    for row in db.session.execute(statement):
        found[row.announcement_id].append(attachment(row))
    return found


def of_template(template_id: int) -> list[int]:
    """Return the ids of the files of a template, in their order."""
    statement = select(TemplateFile.file_id).where(TemplateFile.template_id == template_id)
    return list(db.session.scalars(statement.order_by(TemplateFile.position)))


def templates_files(viewer: Person, file_ids: Sequence[int]) -> dict[int, File]:
    """Return those of these files that are of templates that the viewer may begin with."""
    if not file_ids:
        return {}
    of_templates = select(TemplateFile.file_id).where(TemplateFile.file_id.in_(file_ids))
    statement = select(File).where(
        File.id.in_(of_templates), File.deleted_at.is_(None), visible(File, viewer)
    )
    return {file.id: file for file in db.session.scalars(statement)}


def stored_of(announcement_id: int) -> Sequence[File]:
    """Return the files of an announcement as they are stored, in their order."""
    statement = (
        select(File)
        .join(AnnouncementFile, AnnouncementFile.file_id == File.id)
        .where(AnnouncementFile.announcement_id == announcement_id, File.deleted_at.is_(None))
        .order_by(AnnouncementFile.position)
    )
    return db.session.scalars(statement).all()


def chosen(viewer: Person, file_ids: Sequence[int]) -> list[Attachment]:
    """Return those of these files that somebody may see, in the order of the ids."""
    if not file_ids:
        return []
    statement = select(*COLUMNS).where(File.id.in_(file_ids), visible(File, viewer))
    found = {row.id: attachment(row) for row in db.session.execute(statement)}
    return [found[each] for each in dict.fromkeys(file_ids) if each in found]
