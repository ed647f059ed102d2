"""The index of posts that are brought in all at once, in the transaction that brings them in."""

from __future__ import annotations

import logging
from collections.abc import Collection

from sqlalchemy import Connection, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from enterprise_social.search.models import SearchState, SearchWord
from enterprise_social.search.postgres_engine.version import VERSION
from enterprise_social.search.words import MAX_WORD

log = logging.getLogger(__name__)
_ROWS = 5_000


def generation(connection: Connection) -> int:
    """Return the generation that rows are to be added to: the live one, or else the first."""
    return connection.execute(select(SearchState.generation)).scalar() or 1


def is_complete(connection: Connection) -> bool:
    """Tell whether the live index holds all posts that were there before."""
    return bool(connection.execute(select(SearchState.complete)).scalar())


def enable_trigrams(connection: Connection) -> None:
    """Have near words found by an index where the database lets us have `pg_trgm`."""
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                text(
                    "CREATE INDEX IF NOT EXISTS ix_search_words_near"
                    " ON search_words USING gin (word gin_trgm_ops)"
                )
            )
    except DBAPIError:
        log.info("pg_trgm can't be used; words are compared one by one")


def finish(
    connection: Connection, generation: int, terms: Collection[str], *, complete: bool
) -> None:
    """Note the words that were brought in, and the index as whole where it is ``complete``."""
    enable_trigrams(connection)
    known = sorted({term[:MAX_WORD] for term in terms})
    for start in range(0, len(known), _ROWS):
        rows = [{"word": word} for word in known[start : start + _ROWS]]
        connection.execute(insert(SearchWord).on_conflict_do_nothing(), rows)
    values = {"generation": generation, "version": VERSION, "complete": complete}
    connection.execute(insert(SearchState).values(id=1, **values).on_conflict_do_nothing())
