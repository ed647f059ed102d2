"""Taking a file in, describing it, and letting it go."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import IO, BinaryIO, cast

from flask_babel import gettext as _
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from enterprise_social.core import screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.files import limits, policy
from enterprise_social.files.events import (
    FileAged,
    FileChanged,
    FileDeleted,
    FileReady,
    FileStored,
)
from enterprise_social.files.kinds import kind_of
from enterprise_social.files.models import ARRIVING, GONE, LONGEST_ALT, READY, STORED, File, Upload
from enterprise_social.files.names import clean_name
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import refuse_muted

# Whoever uploads something has a day to say it with a post.
UNATTACHED = timedelta(days=1)
BLOCK = 256 * 1024
IN_MEMORY = 1024 * 1024  # bytes of a copy that need no file of their own meanwhile


def store_file(
    actor: Person,
    content: BinaryIO,
    name: str,
    *,
    alt: str = "",
    counted: int = 0,
    import_key: str | None = None,
    at: datetime | None = None,
) -> File:
    """Take a file in: its row first, its content then, and only after that anyone may see it.

    Three steps and not one transaction: no writer waits for a disk or a bucket. What breaks off in
    between leaves a row that is thrown away, with what came, after a day. ``content`` is seekable;
    ``counted`` bytes of it are in the person's share already; ``import_key`` and ``at`` are for
    what is loaded from elsewhere.
    Raises TooLarge (one file, or the person's share), Invalid, Unavailable.
    """
    size, digest = _measured(content)
    file = _begin(actor, name, size, alt=alt, counted=counted, import_key=import_key, at=at)
    mime = kind_of(content, file.name)
    content.seek(0)
    storage().put(file.key, content)
    return _finish(file.id, size, digest, mime)


def store_files(actor: Person, given: Iterable[tuple[IO[bytes], str]]) -> list[int]:
    """Take the files of a form in, contents with names, and return their ids; raises as above."""
    return [store_file(actor, cast(BinaryIO, content), name).id for content, name in given if name]


def copy_file(actor: Person, file: File) -> File:
    """Take a file in once more, as the actor's own; the caller has asked whether they may see it.

    Raises what ``store_file`` raises.
    """
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as content:
        with contextlib.closing(storage().open(file.key)) as source:
            shutil.copyfileobj(source, content, BLOCK)
        return store_file(actor, cast(BinaryIO, content), file.name, alt=file.alt)


@action
def describe_file(actor: Person, file: File, alt: str) -> File:
    """Say in words what a picture shows, for those who can't see it."""
    require(policy.may_describe(actor, file), _("Only who uploaded a file may describe it."))
    file = lock(File, file.id)
    alt = checked_alt(screened(actor, {"alt": alt}, f"file:{file.id}")["alt"])
    if file.alt != alt:
        file.alt = alt
        announce(FileChanged(file.id))
    return file


@action
def keep_prepared(
    file_id: int,
    *,
    width: int | None,
    height: int | None,
    thumbs: Sequence[int],
    text: str,
    problem: str,
) -> None:
    """Note what the worker made of a file."""
    file = lock(File, file_id)
    if file.deleted_at is not None:
        announce(FileDeleted(keys_of(file, thumbs)))
        return
    file.width, file.height = width, height
    file.thumbs, file.text, file.problem = list(thumbs), text, problem
    file.state = READY
    announce(FileReady(file.id))


def screened(actor: Person, texts: dict[str, str], target: str = "") -> dict[str, str]:
    """Return the name and description of a file by the rules of words for files.

    Raises Refused.
    """
    return screening.clean("files", texts, actor=actor, target=target)


@action
def discard(file_id: int) -> None:
    """Throw a file away; its contents follow. The caller has asked whether that is right."""
    session: Session = db.session()
    file = session.get(File, file_id, with_for_update=True, populate_existing=True)
    if file is None or file.deleted_at is not None:
        return
    file.deleted_at = now()
    # A name tells as much as a text.
    file.name, file.alt, file.text, file.sha256 = GONE, "", "", ""
    announce(FileDeleted(keys_of(file, file.thumbs)))


@action
def erase(file_ids: Sequence[int]) -> int:
    """Remove files for good, with all that is known of them; returns how many there were.

    The caller has asked whether that is right, and has taken them off what they hung on.
    """
    rows = db.session.execute(
        delete(File)
        .where(File.id.in_(file_ids))
        .returning(File)
        .execution_options(synchronize_session=False)
    )
    files = rows.scalars().all()
    if not files:
        return 0
    db.session.execute(
        update(Upload)
        .where(Upload.file_id.in_(file_ids))
        .values(file_id=None)
        .execution_options(synchronize_session=False)
    )
    announce(FileDeleted(tuple(key for file in files for key in keys_of(file, file.thumbs))))
    return len(files)


def keys_of(file: File, thumbs: Sequence[int]) -> tuple[str, ...]:
    """Return the storage keys of all that is kept of a file."""
    return (file.key, *(file.thumb_key(side) for side in thumbs))


def checked_alt(alt: str) -> str:
    """Return a description as it is stored. Raises Invalid where it is too long."""
    alt = " ".join(alt.replace("\x00", "").split())
    if len(alt) > LONGEST_ALT:
        raise Invalid(errors={"alt": [_("At most %(most)d characters.", most=LONGEST_ALT)]})
    return alt


@action
def _begin(
    actor: Person,
    name: str,
    size: int,
    *,
    alt: str,
    counted: int,
    import_key: str | None,
    at: datetime | None,
) -> File:
    refuse_muted(lock(Person, actor.id))
    if import_key is None:
        limits.check(actor.id, size, counted=counted)
    moment = now()
    said = screened(actor, {"name": clean_name(name), "alt": alt})
    file = File(
        owner_id=actor.id,
        name=clean_name(said["name"]),
        size=size,
        alt=checked_alt(said["alt"]),
        state=ARRIVING,
        thumbs=[],
        created_at=at or moment,
        import_key=import_key,
    )
    db.session.add(file)
    db.session.flush()
    announce(FileAged(file.id), run_at=moment + UNATTACHED)
    return file


@action
def _finish(file_id: int, size: int, digest: str, mime: str) -> File:
    file = lock(File, file_id)
    if file.deleted_at is not None:
        raise NotFound()
    file.size, file.sha256, file.mime = size, digest, mime
    file.state = STORED
    announce(FileStored(file.id))
    return file


def _measured(content: BinaryIO) -> tuple[int, str]:
    content.seek(0)
    digest = hashlib.sha256()
    size = 0
    while block := content.read(BLOCK):
        size += len(block)
        digest.update(block)
    content.seek(0)
    return size, digest.hexdigest()
