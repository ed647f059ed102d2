"""Files as pages link them. Who may have one is asked each time, also for its pictures."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.core.access import find
from enterprise_social.files import serving
from enterprise_social.files.models import File

blueprint = Blueprint("files", __name__)


@blueprint.get("/files/<int:file_id>/<name>")
def show(file_id: int, name: str) -> ResponseReturnValue:  # noqa: ARG001 - for its reader
    """Hand out a file; with ``?download=1`` to be saved, whatever it is."""
    file = find(File, file_id, identity.signed_in())
    content = serving.of_file(file, download=request.args.get("download") == "1")
    return serving.answer(content, request)


@blueprint.get("/files/<int:file_id>/thumb/<int:side>")
def thumb(file_id: int, side: int) -> ResponseReturnValue:
    """Hand out a picture of a file."""
    file = find(File, file_id, identity.signed_in())
    return serving.answer(serving.of_thumb(file, side), request)
