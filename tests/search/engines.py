"""Both engines, each on an empty index of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from enterprise_social.search.engine import Document, Hits, Request, SearchEngine
from enterprise_social.search.models import SearchDocument, SearchState, SearchWord
from enterprise_social.search.parsing import parse
from enterprise_social.search.postgres_engine.backend import PostgresEngine
from enterprise_social.search.whoosh_engine.backend import WhooshEngine
from tests.services.postgres import Cluster

BACKENDS = ("whoosh", "postgres")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_TABLES = [model.__table__ for model in (SearchDocument, SearchWord, SearchState)]


@contextmanager
def new_engine(
    backend: str, folder: Path, request: pytest.FixtureRequest
) -> Iterator[SearchEngine]:
    """An engine on nothing; PostgreSQL's in a database of its own."""
    if backend == "whoosh":
        whoosh = WhooshEngine(folder / "index")
        try:
            yield whoosh
        finally:
            whoosh.close()
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    name = f"search_{abs(hash(str(folder))) % 10**12}"
    cluster.create(name)
    database = create_engine(cluster.url(name))
    try:
        SearchDocument.metadata.create_all(database, tables=_TABLES)  # type: ignore[arg-type]
        yield PostgresEngine(lambda: database)
    finally:
        database.dispose()
        cluster.drop(name)


def document(post_id: int, words: str, **values: Any) -> Document:
    """A post of channel 1 by person 1, a minute after the one before."""
    return Document(
        **{
            "post_id": post_id,
            "channel_id": 1,
            "author_id": 1,
            "root_id": post_id,
            "created_at": NOW - timedelta(days=2) + timedelta(minutes=post_id),
            "changed_seq": post_id,
            "text": words,
            **values,
        }
    )


def ask(engine: SearchEngine, source: str, channels: set[int] | None = None, **values: Any) -> Hits:
    """Searches on behalf of somebody who may read these channels (1 where none are named)."""
    names: dict[str, int | None] = {"me": 1, "ann": 1, "bob": 2}
    query = parse(source, now=NOW).resolve(names, {"general": 1, "secret": 2, "third": 3})
    allowed = frozenset({1} if channels is None else channels)
    return engine.search(Request(query, allowed, **{"now": NOW, **values}))


def ids(hits: Hits) -> list[int]:
    """The found posts, in order."""
    return [hit.post_id for hit in hits.hits]


__all__ = ["BACKENDS", "NOW", "ask", "document", "ids", "new_engine"]
