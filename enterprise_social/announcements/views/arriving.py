"""Files that come with a plain form of announcements."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import MultiDict

from enterprise_social.announcements.forms import Given, file_ids
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries.attached import stored_of, templates_files
from enterprise_social.files.actions import copy_file, store_files
from enterprise_social.files.models import MOST_FILES, File
from enterprise_social.people.models import Person


def with_files(viewer: Person, draft: Announcement | None = None) -> Given:
    """Take the files of the form in, and return it with their ids among its ``file_ids``.

    Raises what ``store_file`` raises.
    """
    sent = [(file.stream, file.filename or "") for file in request.files.getlist("files")]
    form: Given = MultiDict(request.form)
    for file_id in store_files(viewer, sent):
        form.add("file_ids", str(file_id))
    return with_copies(viewer, form, draft)


def with_copies(viewer: Person, given: Given, draft: Announcement | None) -> Given:
    """Return the form with copies in place of files of a template, which stay its own.

    Sent again, as by keeping the draft, the copies that the draft has already are meant.
    """
    wanted = file_ids(given)
    of_templates = templates_files(viewer, wanted[: 2 * MOST_FILES])
    if not of_templates:
        return given
    there = {} if draft is None else {_content(each): each.id for each in stored_of(draft.id)}
    form: Given = MultiDict(given)
    ids = [
        there.get(_content(of_templates[each])) or copy_file(viewer, of_templates[each]).id
        if each in of_templates
        else each
        for each in wanted
    ]
    form.setlist("file_ids", [str(each) for each in dict.fromkeys(ids)])
    return form


def _content(file: File) -> tuple[str, str]:
    return file.name, file.sha256
