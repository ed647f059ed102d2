"""What follows from a file: pictures and text are made, contents of deleted ones thrown away."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from enterprise_social.core.db import db
from enterprise_social.core.events import after
from enterprise_social.files import actions, kinds
from enterprise_social.files.events import FileAged, FileDeleted, FileStored, UploadAged
from enterprise_social.files.models import File, Upload
from enterprise_social.files.preparing import process
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person

#: Longest sides of the pictures, in pixels: in a stream, there on fine screens, in the viewer.
SIDES = (480, 960, 1600)
_TEXT_KINDS = {kinds.PDF: "pdf", kinds.DOCX: "docx", kinds.ODT: "odt"}
LARGEST_IMAGE = 60 * 1024 * 1024


@after(FileStored, slow=True)
def prepare(event: FileStored) -> None:
    """Make pictures and text of a new file, in a child process."""
    file = db.session.get(File, event.file_id, populate_existing=True)
    if file is None or file.deleted_at is not None:
        return
    kind = "image" if file.mime in kinds.IMAGES else _TEXT_KINDS.get(file.mime, "")
    if file.mime in kinds.TEXTS:
        kind = "text"
    # The child takes its time; no transaction waits for it.
    db.session.expunge(file)
    db.session.rollback()
    made = process.Prepared()
    if kind == "image" and file.size > LARGEST_IMAGE:
        made = process.Prepared(problem="too_large")
    elif kind:
        with tempfile.TemporaryDirectory(prefix="preparing-") as name:
            made = _prepared(file, kind, Path(name))
    actions.keep_prepared(
        file.id,
        width=made.width,
        height=made.height,
        thumbs=made.thumbs,
        text=made.text,
        problem=made.problem,
    )


def _prepared(file: File, kind: str, folder: Path) -> process.Prepared:
    path = folder / "content"
    with storage().open(file.key) as content, path.open("wb") as copy:
        shutil.copyfileobj(content, copy)
    if kind != "image":
        return process.text(path, kind)
    made = process.pictures(path, folder, SIDES)
    for side in made.thumbs:
        with (folder / str(side)).open("rb") as picture:
            storage().put(file.thumb_key(side), picture)
    return made


@after(FileAged)
def drop_orphan(event: FileAged) -> None:
    """Throw a file away that nobody sent within a day."""
    actions.drop_orphan(event.file_id)


@after(FileDeleted, slow=True)
def throw_away(event: FileDeleted) -> None:
    """Delete what the storage keeps of a file or an upload."""
    for key in event.keys:
        storage().delete(key)


@after(UploadAged, slow=True)
def give_up(event: UploadAged) -> None:
    """Throw away an upload that was begun a day ago, finished or not."""
    upload = db.session.get(Upload, event.upload_id, populate_existing=True)
    owner = db.session.get(Person, upload.owner_id) if upload is not None else None
    if upload is not None and owner is not None:
        actions.cancel_upload(owner, upload)
