"""Writes an index folder. Runs in the child process; one `Writer` a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from enterprise_social.search.engine import Document
from enterprise_social.search.whoosh_engine import checksums, merging
from enterprise_social.search.whoosh_engine.schema import INDEX_NAME, fields_of, schema

#: Seconds to wait for another process that writes the same folder (a rebuild catching up).
LOCK_SECONDS = 20.0


def _codec() -> Any:
    """No field is scored by its length; Whoosh would look for a file of lengths each posting."""
    codec = W3Codec()
    codec.length_stats = False
    return codec


class Writer:
    """Changes the index of one folder; readers of its segments are kept between commits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Mapped: a merge makes a million small reads, half of whose time is finding the place.
        self.storage = FileStorage(str(folder), supports_mmap=True)
        self.index = FileIndex(self.storage, indexname=INDEX_NAME)
        self._readers: dict[str, Any] = {}

    @staticmethod
    def create(folder: Path) -> None:
        """An empty index in a new folder that only its owner can read."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        FileIndex.create(FileStorage(str(folder)), schema(), INDEX_NAME)

    def apply(self, documents: Iterable[Document], removed: Iterable[int]) -> None:
        """One commit: takes out what is removed or written anew, puts the documents in.

        Where a post comes twice the later one counts.
        """
        newest = {document.post_id: document for document in documents}
        writer = SegmentWriter(
            self.index, timeout=LOCK_SECONDS, delay=0.02, limitmb=128, codec=_codec()
        )
        try:
            self._delete(writer, {*removed, *newest})
            for document in sorted(newest.values(), key=lambda one: one.created_at):
                writer.add_document(**fields_of(document))
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=merging.policy(self._fresh_reader))
        contents = TOC.read(self.storage, INDEX_NAME)
        self._forget(contents.segments)
        names = [segment.make_filename(".seg") for segment in contents.segments]
        checksums.note(self.folder, [*names, f"_{INDEX_NAME}_{contents.generation}.toc"])

    def _delete(self, writer: Any, post_ids: set[int]) -> None:
        for segment in writer.segments:
            reader = self._reader(segment)
            for post_id in post_ids:
                term = f"post:{post_id}".encode()
                if ("facts", term) in reader:
                    for number in reader.postings("facts", term).all_ids():
                        segment.delete_document(number)

    def _reader(self, segment: Any) -> Any:
        """A reader for looking posts up: it may not know the latest deletions."""
        name = segment.segment_id()
        if name not in self._readers:
            self._readers[name] = self._fresh_reader(segment)
        return self._readers[name]

    def _fresh_reader(self, segment: Any) -> Any:
        return SegmentReader(self.storage, self.index.schema, segment)

    def _forget(self, segments: list[Any]) -> None:
        living = {segment.segment_id() for segment in segments}
        for name in set(self._readers) - living:
            self._readers.pop(name).close()
