"""A copy of the default set-up while it runs: its database and what lies beside it in DATA_DIR."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from enterprise_social.core.errors import Conflict, Invalid

DATABASE = "enterprise-social.db"
# Not copied: the index is built anew from the posts (its files are pickles, which are only trusted
# where they were written), mails hold links that open accounts, the rest belongs to a process.
# Archives that are being made are begun anew.
LEFT_OUT = {"index", "mail", "exports", "worker.lock"}
HALF_WRITTEN = "arriving"  # the folder of files whose upload has not ended


def back_up(data_dir: Path, database_url: str, target: Path) -> int:
    """Copy the installation into the new folder ``target``; return the database's bytes.

    ``target`` can serve as DATA_DIR as it is. It appears whole or not at all. The database is
    copied first: files are written before the rows that name them and never changed, so the copy
    has every file that its rows name. The copy is one moment of the database, by SQLite's online
    back-up (https://sqlite.org/backup.html), while others go on writing.

    Raises Invalid where the database isn't SQLite, Conflict where ``target`` exists.
    """
    if not database_url.startswith("sqlite:///"):
        raise Invalid("DATABASE_URL: back PostgreSQL up with pg_dump (docs/operations.md)")
    target = target.resolve()
    if target.exists():
        raise Conflict(f"{target} exists already")
    if target.is_relative_to(data_dir):
        raise Invalid(f"{target} is inside DATA_DIR; a back-up belongs elsewhere")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    try:
        source = Path(database_url.removeprefix("sqlite:///"))
        size = _copy_database(source, part / DATABASE)
        _copy_files(data_dir, part, source)
        _onto_disk(part)
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return size


def _copy_database(source: Path, copy: Path) -> int:
    if not source.exists():
        raise Invalid(f"DATABASE_URL: there is no {source}")
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with (
            closing(sqlite3.connect(source, timeout=30)) as live,
            closing(sqlite3.connect(copy)) as new,
        ):
            live.backup(new)
            found = new.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise Conflict(f"the database can't be copied: {error}") from error
    if found != "ok":
        raise Conflict(f"the copy of the database is damaged: {found}")
    return copy.stat().st_size


def _copy_files(data_dir: Path, copy: Path, database: Path) -> None:
    ours = {database.name, f"{database.name}-wal", f"{database.name}-shm", DATABASE}
    for entry in sorted(data_dir.iterdir()):
        if entry.name in LEFT_OUT | ours:
            continue
        if entry.is_dir():
            shutil.copytree(
                entry,
                copy / entry.name,
                symlinks=True,
                copy_function=_copy_unless_gone,
                ignore=shutil.ignore_patterns(HALF_WRITTEN),
            )
        else:
            shutil.copy2(entry, copy / entry.name, follow_symlinks=False)


def _copy_unless_gone(source: str, copy: str) -> None:
    """Copy a file, but not one that was thrown away since its folder was read."""
    with suppress(FileNotFoundError):
        shutil.copy2(source, copy)


def _onto_disk(folder: Path) -> None:
    """Have the system write all of it out, so that a confirmed back-up survives a power cut."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            continue
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
