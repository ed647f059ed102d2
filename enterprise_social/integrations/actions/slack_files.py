"""Brings in the files whose content an export holds; what it only names stays with its post."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError
from enterprise_social.core.text import safe_name
from enterprise_social.files import limits
from enterprise_social.files.actions import store_file
from enterprise_social.files.models import MOST_FILES
from enterprise_social.files.queries import by_import_key
from enterprise_social.integrations.actions.slack_keys import chunks, import_key
from enterprise_social.integrations.report import ImportReport
from enterprise_social.integrations.slack.archive import Archive
from enterprise_social.integrations.slack.problems import ImportProblem
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.attaching import attach_imported, post_of
from enterprise_social.posts.models import Post


def import_files(archive: Archive, workspace: str, report: ImportReport) -> None:
    """Store what the export holds of the files of posts that are here, and hang it on them."""
    if not archive.file_ids:
        return
    for post_id, files in _posts_with(archive, workspace):
        known = by_import_key([_key(workspace, file) for file in files])
        ready: list[int] = []
        for file in files[:MOST_FILES]:
            file_id = known.get(_key(workspace, file))
            if file_id is None:
                file_id = _store(archive, workspace, post_id, file, report)
            if file_id is not None and post_of(file_id) is None:
                ready.append(file_id)
        if ready:
            attach_imported(post_id, ready)


def _posts_with(
    archive: Archive, workspace: str
) -> Iterator[tuple[int, Sequence[Mapping[str, Any]]]]:
    """The posts of this workspace's imports that name files which the export holds."""
    ids = db.session.execute(
        select(Post.id)
        .where(Post.import_key.startswith(import_key(workspace, ""), autoescape=True))
        .order_by(Post.id)
    ).scalars()
    for some in chunks(list(ids)):
        rows = db.session.execute(select(Post.id, Post.import_data).where(Post.id.in_(some))).all()
        for row in rows:
            given = (row.import_data or {}).get("files") or []
            held = [file for file in given if file.get("id") in archive.file_ids]
            if held:
                yield row.id, held


def _store(
    archive: Archive,
    workspace: str,
    post_id: int,
    file: Mapping[str, Any],
    report: ImportReport,
) -> int | None:
    name = file.get("name") or file.get("title") or ""
    post = db.session.get(Post, post_id)
    owner = db.session.get(Person, post.author_id) if post is not None else None
    if post is None or owner is None:
        return None
    try:
        content = archive.read_file(file["id"], limits.largest())
    except ImportProblem as problem:
        report.problem(str(problem))
        return None
    if content is None:
        shown = safe_name(str(name))
        report.problem(_("%(file)s: larger than a file may be, left out", file=shown))
        return None
    alt = file.get("alt_txt")
    try:
        stored = store_file(
            owner,
            io.BytesIO(content),
            str(name),
            alt=alt[:1000] if isinstance(alt, str) else "",
            import_key=_key(workspace, file),
            at=post.created_at,
        )
    except AppError as error:  # the rest is in, and the next import goes on here
        report.problem(f"{safe_name(str(name))}: {error.detail}")
        return None
    return stored.id


def _key(workspace: str, file: Mapping[str, Any]) -> str:
    return import_key(workspace, "file", str(file["id"]))
