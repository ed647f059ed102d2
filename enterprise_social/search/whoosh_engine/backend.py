"""The `SearchEngine` that keeps its index in a folder."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from enterprise_social.search.engine import (
    BadCursor,
    Document,
    Hits,
    IndexUnavailable,
    Request,
    Status,
)
from enterprise_social.search.whoosh_engine import checksums, merging
from enterprise_social.search.whoosh_engine.folders import Current, Folders
from enterprise_social.search.whoosh_engine.process import WriterProcess
from enterprise_social.search.whoosh_engine.searching import Search
from enterprise_social.search.whoosh_engine.snapshot import Snapshot, Source

log = logging.getLogger(__name__)


class WhooshEngine:
    """An index under a folder, of which any number of processes read and one writes."""

    backend = "whoosh"

    def __init__(self, root: Path) -> None:
        self._folders = Folders(root)
        self._writer = WriterProcess()
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        self._rebuilding = threading.Lock()
        self._meanwhile: dict[int, Document | None] | None = None
        self._source: Source | None = None
        self._stamp: tuple[int, int] | None = None
        self._damage = ""

    def index(self, documents: Iterable[Document]) -> None:
        """See `SearchEngine.index`; one commit for all of them."""
        batch = list(documents)
        if batch:
            self._change(batch, [])

    def remove(self, post_ids: Iterable[int]) -> None:
        """See `SearchEngine.remove`."""
        gone = list(post_ids)
        if gone:
            self._change([], gone)

    def search(self, request: Request) -> Hits:
        """See `SearchEngine.search`."""
        snapshot = self._snapshot()
        try:
            return Search(snapshot, request).run()
        except BadCursor:
            raise
        except Exception as error:
            # Whatever a broken file leads to: the page says so, and the index is built anew.
            log.exception("the search index can't be read")
            self._damage = f"a file of it is damaged ({type(error).__name__})"
            raise IndexUnavailable(self._damage) from error

    def status(self, *, counted: bool = True) -> Status:
        """See `SearchEngine.status`; counting costs nothing here."""
        del counted
        building = self._rebuilding.locked()
        try:
            snapshot = self._snapshot()
            current = self._folders.current()
            whole = current is not None and current.complete
            return Status(
                self.backend,
                ready=True,
                documents=snapshot.documents,
                reason="" if whole else "it was never built from all posts",
                rebuilding=building,
                marks=dict(snapshot.marks) if whole else {},
            )
        except IndexUnavailable as error:
            return Status(self.backend, ready=False, reason=str(error), rebuilding=building)

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], None] | None = None
    ) -> None:
        """See `SearchEngine.rebuild`. Documents should come oldest first."""
        with self._rebuilding:
            name = self._folders.fresh()
            folder = self._folders.path(name)
            writer = WriterProcess()
            self._meanwhile = {}
            try:
                writer.create(folder)
                (folder / ".building").touch()
                written = 0
                for chunk in _chunks(documents, merging.LARGEST):
                    writer.apply(folder, chunk)
                    written += len(chunk)
                    if progress is not None:
                        progress(written)
                self._swap(writer, name)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            finally:
                self._meanwhile = None
                writer.close()

    def close(self) -> None:
        """Ends the writing process."""
        self._writer.close()

    def _swap(self, writer: WriterProcess, name: str) -> None:
        folder = self._folders.path(name)
        with self._writing:
            meanwhile = self._meanwhile or {}
            if meanwhile:
                writer.apply(folder, [d for d in meanwhile.values() if d], list(meanwhile))
            (folder / ".building").unlink()
            self._folders.point(Current(name))
            self._damage = ""
        self._folders.clear()

    def _change(self, documents: list[Document], removed: list[int]) -> None:
        with self._writing:
            if self._meanwhile is not None:
                self._meanwhile.update(dict.fromkeys(removed))
                self._meanwhile.update({document.post_id: document for document in documents})
            current = self._folders.current()
            if current is None or self._damage:
                if self._meanwhile is not None:
                    return  # the index that is being built will have it
                if self._folders.stamp() is not None:
                    raise IndexUnavailable(self._damage or "it is of another version")
                current = self._first()
            self._writer.apply(self._folders.path(current.folder), documents, removed)

    def _first(self) -> Current:
        """An empty index, so that the first posts of a new installation are found."""
        name = self._folders.fresh()
        self._writer.create(self._folders.path(name))
        current = Current(name, complete=False)
        self._folders.point(current)
        return current

    def _snapshot(self) -> Snapshot:
        stamp = self._folders.stamp()
        if stamp is None:
            raise IndexUnavailable("there is none yet")
        try:
            if stamp != self._stamp or self._source is None:
                self._open(stamp)
            if self._damage:
                raise IndexUnavailable(self._damage)
            source = self._source
            if source is None:
                raise IndexUnavailable("there is none yet")
            return source.latest()
        except IndexUnavailable:
            raise
        except Exception as error:
            log.warning("the search index can't be opened: %s: %s", type(error).__name__, error)
            self._damage = f"it can't be opened ({type(error).__name__})"
            raise IndexUnavailable(self._damage) from error

    def _open(self, stamp: tuple[int, int]) -> None:
        """Opens the folder that the pointer names, after a look at whether it is whole."""
        with self._opening:
            if stamp == self._stamp and self._source is not None:
                return
            current = self._folders.current()
            if current is None:
                raise IndexUnavailable("its folder is missing or of another version")
            folder = self._folders.path(current.folder)
            broken = checksums.damaged(folder)
            self._damage = f"a file of it is damaged ({broken})" if broken else ""
            self._source = Source(folder)
            self._stamp = stamp


def _chunks(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    source = iter(documents)
    while chunk := list(islice(source, size)):
        yield chunk
