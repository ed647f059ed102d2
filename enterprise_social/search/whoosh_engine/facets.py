"""Counts of an answer by channel, author and kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from enterprise_social.search.plan import LONGEST
from enterprise_social.search.query import KNOWN_HAS, Has, Is
from enterprise_social.search.whoosh_engine import bits, matching
from enterprise_social.search.whoosh_engine.snapshot import Snapshot


def count(snapshot: Snapshot, found: list[int]) -> Mapping[str, Mapping[Any, int]]:
    """The found documents of each segment, counted: `channel` and `author` by id (the greatest
    first), `has` and `is` by name."""
    channels: Counter[int] = Counter()
    authors: Counter[int] = Counter()
    has: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for at, hits in enumerate(found):
        if not hits:
            continue
        segment = snapshot.segments[at]
        _add(channels, segment.channels, segment.channel_ids, hits, segment.size)
        _add(authors, segment.authors, segment.author_ids, hits, segment.size)
        for name in KNOWN_HAS:
            has[name] += (matching.match(snapshot, at, Has(name)) & hits).bit_count()
        kinds["pinned"] += (matching.match(snapshot, at, Is("pinned")) & hits).bit_count()
        kinds["reply"] += (segment.replies & hits).bit_count()
    return {
        "channel": dict(channels.most_common(LONGEST)),
        "author": dict(authors.most_common(LONGEST)),
        "has": +has,
        "is": +kinds,
    }


def _add(counts: Counter[int], groups: dict[int, int], owners: Any, hits: int, size: int) -> None:
    """By whichever way is shorter: over the hits, or over the groups."""
    if hits.bit_count() < len(groups) * 4:
        counts.update(owners[number] for number in bits.numbers(hits, size))
        return
    for owner, members in groups.items():
        if both := (members & hits).bit_count():
            counts[owner] += both
