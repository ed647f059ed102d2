"""When segments become one.

Whoosh's own policy now and then rewrites the whole index. Here segments stay in the order of time
and a post is written at most three times: alone or with its batch, in a segment of some hundred,
in one of some thousand, which is never touched again unless most of it was deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: No segment grows past this many posts.
LARGEST = 8_000
#: Segments below each of these sizes are gathered, `FAN` at a time.
SIZES = (100, 1_000)
FAN = 8


def choose(sizes: list[int], deleted: list[int], fresh: int) -> set[int]:
    """Which of the segments to write anew together with the `fresh` posts of this commit.

    `sizes` and `deleted` count the posts of each segment, oldest first, and the deleted among
    them. Returns positions in those lists.
    """
    living = [size - gone for size, gone in zip(sizes, deleted, strict=True)]
    chosen: set[int] = set()
    for limit in SIZES:
        run = _newest_below(living, limit)
        lowest = 0 if limit == SIZES[0] else SIZES[SIZES.index(limit) - 1]
        full = [at for at in run if living[at] >= lowest]
        own = 1 if lowest <= fresh < limit else 0
        if len(full) + own >= FAN:
            chosen = set(run)
    total = fresh + sum(living[at] for at in chosen)
    for at, (size, gone) in enumerate(zip(sizes, deleted, strict=True)):
        if at not in chosen and gone * 2 > size and total + living[at] <= LARGEST:
            chosen.add(at)
            total += living[at]
    while chosen and total > LARGEST:
        oldest = min(chosen)
        chosen.discard(oldest)
        total -= living[oldest]
    return chosen


def _newest_below(living: list[int], limit: int) -> list[int]:
    run = []
    for at in range(len(living) - 1, -1, -1):
        if living[at] >= limit:
            break
        run.append(at)
    return run


def policy(open_reader: Callable[[Any], Any]) -> Callable[[Any, list[Any]], list[Any]]:
    """The policy as Whoosh's writer calls it: with itself and the segments, for those that stay."""

    def merge(writer: Any, segments: list[Any]) -> list[Any]:
        kept = [segment for segment in segments if segment.doc_count() > 0]
        sizes = [segment.doc_count_all() for segment in kept]
        gone = [segment.deleted_count() for segment in kept]
        chosen = choose(sizes, gone, writer.doc_count())
        for at in sorted(chosen):
            writer.add_reader(open_reader(kept[at]))
        return [segment for at, segment in enumerate(kept) if at not in chosen]

    return merge
