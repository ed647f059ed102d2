"""Large files in pieces: begun, received piece by piece, put together, or given up.

What came is in the storage and in the table, so a lost connection or a restarted server costs the
piece that was on its way and no more. `docs/files.md` has the protocol.
"""

from __future__ import annotations

import secrets
import tempfile
from datetime import timedelta
from typing import BinaryIO, cast

from flask_babel import gettext as _

from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.files import limits, policy
from enterprise_social.files.actions.storing import (
    BLOCK,
    checked_alt,
    discard,
    screened,
    store_file,
)
from enterprise_social.files.events import FileDeleted, UploadAged
from enterprise_social.files.models import File, Upload
from enterprise_social.files.names import clean_name
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import refuse_muted

KEPT = timedelta(days=1)
LARGEST_PART = 8 * 1024 * 1024
MOST_PARTS = 5000
IN_MEMORY = 1024 * 1024


class WrongOffset(Conflict):
    """A piece that is not the next one; ``received`` says how many bytes are here."""

    def __init__(self, received: int) -> None:
        super().__init__(
            _("This upload goes on at byte %(received)d.", received=received), kind="upload-offset"
        )
        self.received = received


@action
def begin_upload(actor: Person, name: str, size: int, *, alt: str = "") -> Upload:
    """Announce a file of ``size`` bytes that comes in pieces.

    Raises TooLarge (one file, or the person's share), Invalid.
    """
    refuse_muted(lock(Person, actor.id))
    limits.check(actor.id, size)
    moment = now()
    said = screened(actor, {"name": clean_name(name), "alt": alt})
    upload = Upload(
        owner_id=actor.id,
        name=clean_name(said["name"]),
        size=size,
        alt=checked_alt(said["alt"]),
        received=0,
        parts=[],
        created_at=moment,
    )
    db.session.add(upload)
    db.session.flush()
    announce(UploadAged(upload.id), run_at=moment + KEPT)
    return upload


def receive_part(actor: Person, upload: Upload, offset: int, content: BinaryIO) -> Upload:
    """Take the piece that begins at byte ``offset``; it counts when all of it is stored.

    Raises WrongOffset where another one is due, Invalid where it is empty or goes past the end.
    """
    require(policy.may_continue(actor, upload))
    _check_offset(upload, offset)
    key = f"uploads/{upload.id}-{offset}-{secrets.token_hex(4)}"
    size = storage().put(key, content)
    try:
        return _note_part(upload.id, offset, key, size)
    except BaseException:
        storage().delete(key)
        raise


def finish_upload(actor: Person, upload: Upload) -> File:
    """Put the pieces together into a file; again, return the file that they became.

    Raises Conflict while some of it is missing, and what ``store_file`` raises.
    """
    require(policy.may_continue(actor, upload))
    if upload.file_id is not None:
        found = db.session.get(File, upload.file_id)
        if found is None or found.deleted_at is not None:
            raise NotFound()
        return found
    if upload.received != upload.size:
        raise WrongOffset(upload.received)
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as whole:
        for key in upload.parts:
            with storage().open(key) as part:
                while block := part.read(BLOCK):
                    whole.write(block)
        file = store_file(
            actor, cast(BinaryIO, whole), upload.name, alt=upload.alt, counted=upload.size
        )
    return _note_file(upload.id, file.id)


@action
def cancel_upload(actor: Person, upload: Upload) -> None:
    """Give an upload up; what came of it is thrown away."""
    require(policy.may_continue(actor, upload))
    upload = lock(Upload, upload.id)
    if upload.parts:
        announce(FileDeleted(tuple(upload.parts)))
    db.session.delete(upload)


@action
def _note_part(upload_id: int, offset: int, key: str, size: int) -> Upload:
    upload = lock(Upload, upload_id)
    _check_offset(upload, offset)
    if size == 0 or upload.received + size > upload.size or len(upload.parts) >= MOST_PARTS:
        raise Invalid(_("This piece is empty, or goes past the end that was announced."))
    upload.parts = [*upload.parts, key]
    upload.received += size
    return upload


@action
def _note_file(upload_id: int, file_id: int) -> File:
    upload = lock(Upload, upload_id)
    if upload.file_id is not None:
        # Finished twice at the same moment: one of the two files is too many.
        discard(file_id)
        return lock(File, upload.file_id)
    upload.file_id = file_id
    announce(FileDeleted(tuple(upload.parts)))
    upload.parts = []
    return lock(File, file_id)


def _check_offset(upload: Upload, offset: int) -> None:
    if upload.file_id is not None or offset != upload.received:
        raise WrongOffset(upload.received)
