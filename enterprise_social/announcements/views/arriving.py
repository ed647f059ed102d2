"""Files that come with a plain form of announcements."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import MultiDict

from enterprise_social.announcements.forms import Given
from enterprise_social.files.actions import store_files
from enterprise_social.people.models import Person


def with_files(viewer: Person) -> Given:
    """Take the files of the form in, and return it with their ids among its ``file_ids``.

    Raises what ``store_file`` raises.
    """
    sent = [(file.stream, file.filename or "") for file in request.files.getlist("files")]
    form: Given = MultiDict(request.form)
    for file_id in store_files(viewer, sent):
        form.add("file_ids", str(file_id))
    return form
