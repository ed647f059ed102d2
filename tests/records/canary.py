"""Looks everywhere for a word: in every table, every file of DATA_DIR, and what a process keeps.

A test writes a word that stands nowhere else, has it deleted, erased or fall to a retention rule,
and then demands that nobody keeps it: ``assert whereabouts(app, word) == []``.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import LargeBinary, MetaData, Table, case, cast, func, inspect, select
from sqlalchemy import Text as SqlText

from enterprise_social.core.db import Base, db
from enterprise_social.search.engine import IndexUnavailable
from enterprise_social.search.whoosh_engine.backend import WhooshEngine

DEEPEST = 4  # archives in archives
#: The files of an index that is being replaced, and locks.
PASSED_OVER = (".lock",)


def whereabouts(app: Flask, word: str) -> list[str]:
    """Return where ``word`` stands, whatever its case: ``table.column``, a file's path, a cache.

    Call it inside an application context with nothing open. Looked through are all tables of the
    database whether or not a model knows them, every file below DATA_DIR (packed ones and mails
    unpacked, SQLite's own file and its log byte by byte), the index's vocabulary, and what this
    process keeps in memory.
    """
    db.session.rollback()
    found = [*_in_tables(word), *_in_files(Path(app.config["DATA_DIR"]), word)]
    return sorted({*found, *_in_index(app, word), *_in_memory(app, word)})


def _in_tables(word: str) -> Iterator[str]:
    known = Base.metadata.tables
    unknown = sorted(set(tables()) - set(known))
    others = MetaData()
    others.reflect(db.engine, only=unknown)
    for name in tables():
        table = known[name] if name in known else others.tables[name]
        yield from (f"{name}.{column}" for column in _columns_with(table, word))
    db.session.rollback()


def _columns_with(table: Table, word: str) -> Iterator[str]:
    found = {}
    for column in table.columns:
        if isinstance(column.type, LargeBinary):
            rows = db.session.execute(select(column).where(column.is_not(None))).scalars()
            if any(_has(bytes(content), word) for content in rows):
                yield column.name
            continue
        text = func.lower(cast(column, SqlText))
        found[column.name] = case((text.contains(word.lower(), autoescape=True), 1), else_=0)
    statement = select(*(func.max(each).label(name) for name, each in found.items()))
    row = db.session.execute(statement.select_from(table)).one()
    yield from (name for name in found if row._mapping[name])  # noqa: SLF001


def _in_files(folder: Path, word: str) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(PASSED_OVER):
            name = str(path.relative_to(folder))
            if word.lower() in name.lower() or _has(path.read_bytes(), word):
                yield name


def _has(content: bytes, word: str, depth: int = DEEPEST) -> bool:
    return any(_says(each, word) for each in _layers(content, depth))


def _says(content: bytes, word: str) -> bool:
    lowered = content.lower()
    codings = ("utf-8", "utf-16-le", "utf-16-be")
    return any(word.lower().encode(coding) in lowered for coding in codings)


def _layers(content: bytes, depth: int) -> Iterator[bytes]:
    """The content as it lies there, and everything that is packed or encoded in it."""
    yield content
    if not depth:
        return
    for inner in _unpacked(content):
        yield from _layers(inner, depth - 1)


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for member in archive.infolist():
                    yield member.filename.encode("utf-8", "replace")
                    yield archive.read(member)
        except zipfile.BadZipFile:
            pass  # half an archive; its plain bytes were looked through
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content[:2] in (b"x\x9c", b"x\xda", b"x\x01"):
        try:
            yield zlib.decompress(content)
        except zlib.error:
            return
    elif b"\nMIME-Version:" in content[:20_000] or b"\nMessage-ID:" in content[:20_000]:
        message = message_from_bytes(content, policy=policy.default)
        yield "\n".join(f"{name}: {value}" for name, value in message.items()).encode()
        for part in message.walk():
            inner = part.get_payload(decode=True)
            if isinstance(inner, bytes):
                yield inner


def _in_index(app: Flask, word: str) -> Iterator[str]:
    engine: Any = app.extensions["search_engine"]
    if not isinstance(engine, WhooshEngine):
        return
    try:
        snapshot = engine._snapshot()  # noqa: SLF001 - what it holds, not what it shows
    except IndexUnavailable:
        return
    for segment in snapshot.segments:
        if any(word.lower() in each for each in segment.vocabulary()):
            yield f"index: vocabulary of segment {segment.name}"


def _in_memory(app: Flask, word: str) -> Iterator[str]:
    kept = {
        "fragments": app.extensions["fragments"]._cache,  # noqa: SLF001
        "ephemeral": vars(app.extensions["ephemeral"]),
        "settings": app.extensions.get("organisation_settings") or {},
    }
    for name, facts in kept.items():
        if word.lower() in repr(facts).lower():
            yield f"memory: {name}"


def tables() -> list[str]:
    """Return the names of all tables that are there."""
    return inspect(db.engine).get_table_names()
