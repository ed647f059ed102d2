"""The worker makes an export: from its beginning each time, and never two at once.

It may be killed at any moment. What it leaves behind is one unfinished file in
``DATA_DIR/exports``, which the next beginning throws away; the outbox has it begun again.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import current_app

from enterprise_social.core import audit
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Unavailable
from enterprise_social.core.events import announce
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from enterprise_social.records.actions.exports import KEPT
from enterprise_social.records.archives.compliance import ComplianceWriter
from enterprise_social.records.archives.heads import audit_head
from enterprise_social.records.archives.own import OwnWriter
from enterprise_social.records.archives.reading import count
from enterprise_social.records.archives.scopes import scope_of
from enterprise_social.records.archives.zipping import BLOCK, ZipWriter
from enterprise_social.records.events import ExportAged, ExportDropped, ExportMade
from enterprise_social.records.models import DataExport

log = logging.getLogger(__name__)
TELL_EVERY_SECONDS = 1.0
# Files of a beginning that nobody goes on with are this old.
ABANDONED = timedelta(days=1)


class Overtaken(Exception):
    """The export was given up, or somebody else began it anew."""


def make_export(export_id: int) -> None:
    """Make an archive and keep it. Raises Unavailable where the place of files is away."""
    begun = _begin(export_id)
    if begun is None:
        return
    turn = begun.turn
    folder = exports_folder()
    _sweep(folder, export_id)
    path = folder / f"{export_id}-{turn}-{secrets.token_hex(6)}.part"
    try:
        counts = _write(begun, path, _Progress(export_id, turn))
        key = f"exports/{secrets.token_hex(16)}"
        with path.open("rb") as content:
            digest = hashlib.sha256()
            while block := content.read(BLOCK):
                digest.update(block)
            content.seek(0)
            size = storage().put(key, content)
        _finish(export_id, turn, key, size, digest.hexdigest(), counts)
    except Overtaken:
        log.info("export %s was overtaken", export_id)
    except Unavailable:
        raise
    except Exception as error:
        log.exception("export %s could not be made", export_id)
        db.session.rollback()
        _fail(export_id, turn, type(error).__name__)
    finally:
        path.unlink(missing_ok=True)


def exports_folder() -> Path:
    """Return where archives are written, private to whoever runs the server."""
    folder = Path(current_app.config["DATA_DIR"]) / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _write(export: DataExport, path: Path, step: Callable[[int], None]) -> dict[str, int]:
    with ZipWriter(path) as archive:
        if export.kind == "own":
            person = db.session.get_one(Person, export.requested_by_id)
            db.session.expunge(person)
            own = OwnWriter(archive, person, step)
            own.write()
            return dict(own.counts)
        writer = ComplianceWriter(archive, scope_of(export.scope), step)
        writer.write(
            {
                "export_id": export.id,
                "reason": export.reason,
                "requested_by_id": export.requested_by_id,
                "requested_at": export.requested_at,
                "approved_by_id": export.decided_by_id,
                "approved_at": export.decided_at,
                "made_at": now(),
                "audit_head": audit_head(),
            }
        )
        return dict(writer.counts)


def _sweep(folder: Path, export_id: int) -> None:
    """Throw away what earlier beginnings of this export left, and anybody's that is old."""
    too_old = time.time() - ABANDONED.total_seconds()
    for path in folder.glob("*.part"):
        ours = path.name.startswith(f"{export_id}-")
        try:
            if ours or path.stat().st_mtime < too_old:
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue


class _Progress:
    """Tells how far it is now and then, and stops where it is not wanted any more."""

    def __init__(self, export_id: int, turn: int) -> None:
        self._export_id, self._turn = export_id, turn
        self._done = 0
        self._told_at = time.monotonic()

    def __call__(self, more: int) -> None:
        self._done += more
        if time.monotonic() - self._told_at >= TELL_EVERY_SECONDS:
            self._told_at = time.monotonic()
            _note(self._export_id, self._turn, self._done)


@action
def _begin(export_id: int) -> DataExport | None:
    export = _locked(export_id)
    if export is None or export.state not in ("queued", "running"):
        return None
    export.state, export.turn = "running", export.turn + 1
    export.done, export.problem = 0, ""
    if export.kind == "compliance":
        scope = scope_of(export.scope)
        export.total = count(scope.channels or None, scope.span)
    db.session.flush()
    return export


@action
def _note(export_id: int, turn: int, done: int) -> None:
    export = _locked(export_id)
    if export is None or export.turn != turn or export.state != "running":
        raise Overtaken
    export.done = done


@action
def _finish(
    export_id: int, turn: int, key: str, size: int, digest: str, counts: dict[str, int]
) -> None:
    export = _locked(export_id)
    if export is None or export.turn != turn or export.state != "running":
        announce(ExportDropped(key))
        return
    export.state, export.storage_key = "ready", key
    export.size, export.sha256, export.counts = size, digest, counts
    export.finished_at = now()
    export.expires_at = export.finished_at + KEPT
    db.session.flush()
    details = {"sha256": digest, "size": size, "counts": counts}
    audit.record(None, "exports.made", f"export:{export.id}", details)
    announce(ExportMade(export.id))
    announce(ExportAged(export.id), run_at=export.expires_at)


@action
def _fail(export_id: int, turn: int, problem: str) -> None:
    export = _locked(export_id)
    if export is None or export.turn != turn or export.state != "running":
        return
    export.state, export.problem, export.finished_at = "failed", problem[:300], now()
    audit.record(None, "exports.failed", f"export:{export.id}", {"problem": problem[:300]})
    announce(ExportMade(export.id))


def _locked(export_id: int) -> DataExport | None:
    found: DataExport | None = db.session.get(
        DataExport, export_id, with_for_update=True, populate_existing=True
    )
    return found
