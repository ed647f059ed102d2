"""The `SearchEngine` that keeps its index in PostgreSQL."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from enterprise_social.search import words
from enterprise_social.search.engine import Document, Hits, IndexUnavailable, Request, Status
from enterprise_social.search.models import SearchDocument, SearchState, SearchWord
from enterprise_social.search.postgres_engine.bulk import enable_trigrams
from enterprise_social.search.postgres_engine.searching import Search
from enterprise_social.search.postgres_engine.vectors import vectors
from enterprise_social.search.postgres_engine.version import VERSION
from enterprise_social.search.vocabulary import Vocabulary

log = logging.getLogger(__name__)

#: Key of the advisory lock that a rebuild holds.
_REBUILDING = 7_310_482_215
_BATCH = 500
_ABOUT = text("SELECT reltuples::bigint FROM pg_class WHERE oid = 'search_documents'::regclass")
#: Words are remembered as known up to this number, so that they are not inserted over and over.
_KNOWN_WORDS = 50_000


class PostgresEngine:
    """An index in tables of the application's own database; any process may write it."""

    backend = "postgres"

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._known: set[str] = set()
        self._rebuilding = threading.Lock()
        self._trigrams: bool | None = None

    def index(self, documents: Iterable[Document]) -> None:
        """See `SearchEngine.index`; one transaction for all of them."""
        newest = {document.post_id: document for document in documents}
        if newest:
            with self._writing() as connection:
                generation = self._live(connection, make=True)
                for chunk in _chunks(newest.values(), _BATCH):
                    self._write(connection, generation, chunk)

    def remove(self, post_ids: Iterable[int]) -> None:
        """See `SearchEngine.remove`."""
        gone = list(post_ids)
        if gone:
            with self._writing() as connection:
                connection.execute(delete(SearchDocument).where(SearchDocument.post_id.in_(gone)))

    def search(self, request: Request) -> Hits:
        """See `SearchEngine.search`."""
        try:
            with self._engine().connect() as connection:
                milliseconds = max(1, int(request.seconds * 1000))
                # Compiling these small statements takes longer than running them.
                connection.execute(
                    text(f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL jit = off")
                )
                generation = self._live(connection)
                return Search(connection, generation, request, self._near).run()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", "") == "57014":  # query_canceled
                return Hits(complete=False)
            raise IndexUnavailable("the database can't search right now") from error

    def status(self, *, counted: bool = True) -> Status:
        """See `SearchEngine.status`."""
        try:
            with self._engine().connect() as connection:
                generation = self._live(connection)
                state = connection.execute(select(SearchState.complete)).scalar_one()
                reason = "" if state else "it was never built from all posts"
                rebuilding = self._rebuilding.locked()
                if not counted:
                    about = max(0, int(connection.execute(_ABOUT).scalar_one()))
                    return Status(self.backend, True, about, reason, rebuilding)
                live = SearchDocument.generation == generation
                count = connection.execute(
                    select(func.count()).select_from(SearchDocument).where(live)
                ).scalar_one()
                marks = connection.execute(
                    select(SearchDocument.channel_id, func.max(SearchDocument.changed_seq))
                    .where(live)
                    .group_by(SearchDocument.channel_id)
                )
                return Status(
                    self.backend,
                    ready=True,
                    documents=count,
                    reason=reason,
                    rebuilding=rebuilding,
                    marks={row[0]: row[1] for row in marks} if state else {},
                )
        except IndexUnavailable as error:
            reason = str(error)
        except SQLAlchemyError as error:
            reason = f"its tables can't be read ({type(error).__name__})"
        return Status(
            self.backend, ready=False, reason=reason, rebuilding=self._rebuilding.locked()
        )

    def rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], None] | None = None
    ) -> None:
        """See `SearchEngine.rebuild`: rows of the next generation, then one row that names it."""
        with self._rebuilding, self._engine().connect() as guard:
            if not guard.execute(select(func.pg_try_advisory_lock(_REBUILDING))).scalar_one():
                raise IndexUnavailable("another process is rebuilding it")
            try:
                self._rebuild(documents, progress)
            finally:
                guard.execute(select(func.pg_advisory_unlock(_REBUILDING)))

    def close(self) -> None:
        """Nothing is held between calls."""

    def _rebuild(
        self, documents: Iterable[Document], progress: Callable[[int], None] | None
    ) -> None:
        with self._writing() as connection:
            self._enable_trigrams(connection)
            newest = connection.execute(select(func.max(SearchDocument.generation))).scalar()
            live = connection.execute(select(SearchState.generation)).scalar()
            generation = max(newest or 0, live or 0) + 1
        self._known.clear()
        written = 0
        for chunk in _chunks(documents, _BATCH):
            with self._writing() as connection:
                self._write(connection, generation, chunk)
            written += len(chunk)
            if progress is not None:
                progress(written)
        with self._writing() as connection:
            self._point(connection, generation, complete=True)
            others = SearchDocument.generation != generation
            connection.execute(delete(SearchDocument).where(others))

    def _enable_trigrams(self, connection: Connection) -> None:
        enable_trigrams(connection)
        self._trigrams = None

    def _live(self, connection: Connection, *, make: bool = False) -> int:
        """The generation that is searched."""
        row = connection.execute(select(SearchState.generation, SearchState.version)).first()
        if row is None and make:
            self._point(connection, 1, complete=False)
            return 1
        if row is None:
            raise IndexUnavailable("there is none yet")
        if row.version != VERSION:
            raise IndexUnavailable("it is of another version")
        return int(row.generation)

    def _point(self, connection: Connection, generation: int, *, complete: bool) -> None:
        values = {"generation": generation, "version": VERSION, "complete": complete}
        done = connection.execute(update(SearchState).where(SearchState.id == 1).values(values))
        if not done.rowcount:
            connection.execute(insert(SearchState).values(id=1, **values).on_conflict_do_nothing())

    def _write(
        self, connection: Connection, generation: int, documents: Sequence[Document]
    ) -> None:
        rows = []
        seen: set[str] = set()
        for document in documents:
            as_written, stems, length = vectors(document.text)
            seen |= {token.term for token in words.tokens(document.text)}
            rows.append(_row(generation, document, as_written, stems, length))
        statement = insert(SearchDocument)
        changed = {
            column.name: statement.excluded[column.name]
            for column in SearchDocument.__table__.columns
            if not column.primary_key
        }
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["generation", "post_id"],
                set_=changed,
                # Two processes may bring the same post in: the later state of it stays.
                where=SearchDocument.changed_seq <= statement.excluded.changed_seq,
            ),
            rows,
        )
        fresh = seen - self._known
        if fresh:
            new = [{"word": word} for word in sorted(fresh)]
            connection.execute(insert(SearchWord).on_conflict_do_nothing(), new)
            self._known |= fresh
            if len(self._known) > _KNOWN_WORDS:
                self._known.clear()

    def _near(self, connection: Connection, word: str) -> list[str]:
        """Words of the index that are spelt alike, by trigrams where the database has them."""
        if self._trigrams is None:
            found = connection.execute(text("SELECT to_regclass('ix_search_words_near')"))
            self._trigrams = found.scalar() is not None
        length = func.length(SearchWord.word)
        if self._trigrams:
            connection.execute(text("SET LOCAL pg_trgm.similarity_threshold = 0.2"))
            near = SearchWord.word.op("%", is_comparison=True)(word)
            alike: ColumnElement[bool] = near & length.between(len(word) - 2, len(word) + 2)
            condition = alike | SearchWord.word.contains(word, autoescape=True)
        else:
            alike = length.between(len(word) - 2, len(word) + 2)
            condition = alike | SearchWord.word.contains(word, autoescape=True)
        rows = connection.execute(select(SearchWord.word).where(condition).limit(20_000))
        vocabulary = Vocabulary()
        vocabulary.learn("near", lambda: [row.word for row in rows])
        return vocabulary.near(word)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine().begin() as connection:
                yield connection
        except OperationalError as error:
            raise IndexUnavailable("the database can't be written") from error


def _row(
    generation: int, document: Document, as_written: str, stems: str, length: int
) -> dict[str, Any]:
    facts = [f"tag:{words.fold(tag)}" for tag in document.hashtags]
    facts += [f"mention:{person_id}" for person_id in document.mentions]
    facts += [f"has:{name}" for name in document.has]
    facts += [f"name:{term}" for term in document.file_terms]
    facts += ["pinned"] if document.pinned else []
    return {
        "generation": generation,
        "post_id": document.post_id,
        "channel_id": document.channel_id,
        "author_id": document.author_id,
        "root_id": document.root_id,
        "created_at": document.created_at,
        "changed_seq": document.changed_seq,
        "length": length,
        "words": as_written,
        "stems": stems,
        "facts": facts,
    }


def _chunks(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    source = iter(documents)
    while chunk := list(islice(source, size)):
        yield chunk
