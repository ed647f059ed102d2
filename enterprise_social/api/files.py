"""Files: uploading in one go or in parts, describing, fetching, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from flask import request
from flask.wrappers import Response
from flask_babel import gettext as _

from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Content, Text, Whole
from enterprise_social.api.wire import Answer, created
from enterprise_social.core.access import find
from enterprise_social.core.errors import Invalid
from enterprise_social.files import actions, limits, serving
from enterprise_social.files.actions.uploads import LARGEST_PART
from enterprise_social.files.models import LONGEST_ALT, File, Upload
from enterprise_social.files.queries import attachment, attachment_document
from enterprise_social.people.models import Person

NO_FILE = {404: "No such file, or the caller may not know of it."}
NO_UPLOAD = {404: "No such upload of the caller, or it was given up."}
TOO_LARGE = {413: "Larger than one file may be, or than what is left of the caller's share."}
WRONG_PLACE = {409: "Another byte is due: `received` says which, `type` ends in `upload-offset`."}
ALT = Text(LONGEST_ALT, summary="What a picture shows, for those who can't see it.")
# A name is cleaned, whatever it is; only a body of that size must end somewhere.
NAME = Text(
    100_000, summary="The file's name; paths and control characters are left out.", raw=True
)


@call(
    "POST",
    "/files",
    "Upload a file",
    answer="File",
    status=201,
    content=Content(
        "multipart/form-data",
        {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                "alt": ALT.describe(),
            },
        },
        limits.largest_form,
    ),
    refusals=TOO_LARGE,
)
def create_file(actor: Person) -> Answer:
    """It is the caller's alone until a post or announcement of theirs names it in `file_ids`.

    Unnamed for a day, it is thrown away. What it is decides its content, not its name.
    """
    given = request.files.get("file")
    if given is None:
        raise Invalid(errors={"file": [_("Send the file in this field, as multipart/form-data.")]})
    alt = request.form.get("alt", "")
    file = actions.store_file(actor, cast(BinaryIO, given.stream), given.filename or "", alt=alt)
    return _created(file)


@call("GET", "/files/{file_id}", "Read about a file", answer="File", refusals=NO_FILE)
def get_file(viewer: Person, *, file_id: int) -> dict[str, Any]:
    """Who may read what it hangs on may read it; before that, its owner."""
    return _document(find(File, file_id, viewer))


@call(
    "PATCH",
    "/files/{file_id}",
    "Describe a file",
    answer="File",
    body=Body({"alt": ALT}, required=["alt"]),
    refusals={**NO_FILE, 403: "Only its owner may."},
)
def patch_file(actor: Person, *, file_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """The description is read to those who can't see a picture."""
    return _document(actions.describe_file(actor, find(File, file_id, actor), given["alt"]))


@call(
    "DELETE",
    "/files/{file_id}",
    "Delete a file that was not sent",
    refusals={**NO_FILE, 403: "Only its owner may.", 409: "It belongs to a post."},
)
def delete_file(actor: Person, *, file_id: int) -> None:
    """The files of a post go with their post."""
    actions.delete_file(actor, find(File, file_id, actor))


@call("GET", "/files/{file_id}/content", "Fetch a file", status=200, refusals=NO_FILE)
def get_content(viewer: Person, *, file_id: int) -> Response:
    """With `Range` a part of it, with `If-None-Match` only where it is another."""
    return serving.answer(serving.of_file(find(File, file_id, viewer)), request)


@call(
    "GET",
    "/files/{file_id}/thumbnails/{side}",
    "Fetch a smaller picture of an image",
    status=200,
    refusals=NO_FILE,
)
def get_thumbnail(viewer: Person, *, file_id: int, side: int) -> Response:
    """In WebP; `thumb_url` of a file names the sizes that there are."""
    return serving.answer(serving.of_thumb(find(File, file_id, viewer), side), request)


@call(
    "POST",
    "/uploads",
    "Begin a large upload",
    answer="Upload",
    status=201,
    body=Body(
        {"name": NAME, "size": Whole(1, summary="In bytes."), "alt": ALT},
        required=["name", "size"],
    ),
    refusals=TOO_LARGE,
)
def create_upload(actor: Person, *, given: Mapping[str, Any]) -> Answer:
    """Send the parts, each of at most `part_size` bytes, one after the other; then finish it.

    It can be gone on with for a day, also after a lost connection or a restart of the server.
    """
    upload = actions.begin_upload(actor, given["name"], given["size"], alt=given.get("alt", ""))
    return created(_upload_document(upload), f"{BASE}/uploads/{upload.id}")


@call(
    "GET", "/uploads/{upload_id}", "See how far an upload is", answer="Upload", refusals=NO_UPLOAD
)
def get_upload(viewer: Person, *, upload_id: int) -> dict[str, Any]:
    """The next part begins at byte `received`."""
    return _upload_document(find(Upload, upload_id, viewer))


@call(
    "PUT",
    "/uploads/{upload_id}/content",
    "Send the next part of an upload",
    answer="Upload",
    query={"offset": Whole(summary="The byte of the file that the part begins with.")},
    content=Content(
        "application/octet-stream",
        {"type": "string", "contentMediaType": "application/octet-stream"},
        # A server that reads to the end of a body refuses one that has just as many.
        lambda: LARGEST_PART + 1,
    ),
    refusals={**NO_UPLOAD, **WRONG_PLACE, 413: "A part may have at most `part_size` bytes."},
)
def put_part(actor: Person, *, upload_id: int, offset: int = 0) -> dict[str, Any]:
    """A part that did not come through whole counts as not sent."""
    upload = find(Upload, upload_id, actor)
    stream = cast(BinaryIO, request.stream)
    return _upload_document(actions.receive_part(actor, upload, offset, stream))


@call(
    "POST",
    "/uploads/{upload_id}/file",
    "Finish an upload",
    answer="File",
    status=201,
    refusals={**NO_UPLOAD, **WRONG_PLACE, **TOO_LARGE},
)
def create_file_of_upload(actor: Person, *, upload_id: int) -> Answer:
    """Its parts become a file. Asked again, it is the same file."""
    return _created(actions.finish_upload(actor, find(Upload, upload_id, actor)))


@call("DELETE", "/uploads/{upload_id}", "Give an upload up", refusals=NO_UPLOAD)
def delete_upload(actor: Person, *, upload_id: int) -> None:
    """What was sent of it is thrown away."""
    actions.cancel_upload(actor, find(Upload, upload_id, actor))


def _created(file: File) -> Answer:
    return created(_document(file), f"{BASE}/files/{file.id}")


def _document(file: File) -> dict[str, Any]:
    return attachment_document(attachment(file))


def _upload_document(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "name": upload.name,
        "size": upload.size,
        "received": upload.received,
        "part_size": LARGEST_PART,
        "file_id": upload.file_id,
    }
