"""Ranking, measured on real conversations with judged queries.

The archive and the judgements lie beside the project; without them there is nothing to measure.
The yardstick is SQLite's FTS5 with a Porter stemmer: success in the first ten 0.92, mean
reciprocal rank 0.88.
"""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from enterprise_social.search.engine import Document, SearchEngine
from tests.search.engines import BACKENDS, ask, ids, new_engine

DATA = Path(__file__).parents[2].parent / "shared" / "data"
ARCHIVE = DATA / "slack-export-gitter.zip"
QUERIES = DATA / "search-queries.json"

pytestmark = pytest.mark.skipif(
    not (ARCHIVE.exists() and QUERIES.exists()), reason="the judged archive is not here"
)
Key = tuple[str, str]


def _messages() -> Iterator[tuple[str, dict[str, Any]]]:
    with zipfile.ZipFile(ARCHIVE) as archive:
        found = [
            (name.split("/")[0], message)
            for name in archive.namelist()
            if "/" in name and name.endswith(".json")
            for message in json.loads(archive.read(name))
        ]
    yield from sorted(found, key=lambda pair: str(pair[1]["ts"]))


def _plain(text: str) -> str:
    text = re.sub(r"<([^>|]+)\|([^>]+)>", r"\2 \1", text)
    return html.unescape(re.sub(r"<(https?[^>]+)>", r"\1", text))


def _documents() -> tuple[list[Document], dict[Key, int], set[int]]:
    messages = list(_messages())
    numbers = {(place, m["ts"]): n for n, (place, m) in enumerate(messages, start=1)}
    places = {place: n for n, place in enumerate(sorted({place for place, _ in messages}), 1)}
    documents = [
        Document(
            post_id=number,
            channel_id=places[place],
            author_id=1,
            root_id=numbers.get((place, message.get("thread_ts", message["ts"])), number),
            created_at=datetime.fromtimestamp(float(message["ts"]), UTC),
            changed_seq=number,
            text=_plain(message["text"]),
        )
        for number, (place, message) in enumerate(messages, start=1)
    ]
    return documents, numbers, set(places.values())


@pytest.fixture(scope="module", params=BACKENDS)
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[int | None]]]:
    """The rank of the first relevant post of each judged query, by kind."""
    documents, numbers, places = _documents()
    with new_engine(request.param, tmp_path_factory.mktemp("judged"), request) as engine:
        engine.rebuild(documents)
        ranks: dict[str, list[int | None]] = {}
        for query in json.loads(QUERIES.read_text())["queries"]:
            relevant = {numbers[one["channel"], one["ts"]] for one in query["relevant"]}
            ranks.setdefault(query["kind"], []).append(_rank(engine, query, places, relevant))
        yield ranks


def _rank(
    engine: SearchEngine, query: dict[str, Any], places: set[int], relevant: set[int]
) -> int | None:
    found = ids(ask(engine, query["query"], places))
    return next((place for place, one in enumerate(found, 1) if one in relevant), None)


def _measure(ranks: list[int | None]) -> tuple[float, float]:
    """Success in the first ten, and mean reciprocal rank."""
    success = sum(1 for rank in ranks if rank and rank <= 10) / len(ranks)
    return success, sum(1 / rank for rank in ranks if rank) / len(ranks)


def test_ranking_is_better_than_the_yardstick(judged: dict[str, list[int | None]]) -> None:
    success, reciprocal = _measure([rank for ranks in judged.values() for rank in ranks])
    print(f"success@10 {success:.3f}, MRR {reciprocal:.3f}")
    assert success >= 0.97
    assert reciprocal >= 0.90


@pytest.mark.parametrize("kind", ["thread", "exact", "phrase", "typo", "inflected"])
def test_no_kind_of_query_is_left_behind(judged: dict[str, list[int | None]], kind: str) -> None:
    success, reciprocal = _measure(judged[kind])
    assert success >= 0.9
    assert reciprocal >= 0.8
