"""The one clock, so that tests can set it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


def _system() -> datetime:
    return datetime.now(UTC)


_read: Callable[[], datetime] = _system


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _read()


@contextmanager
def frozen(moment: datetime) -> Iterator[Callable[[timedelta], None]]:
    """Hold the clock at ``moment`` (aware) for a test; yields a function that moves it on."""
    global _read
    current = [moment.astimezone(UTC)]

    def advance(by: timedelta) -> None:
        current[0] += by

    previous, _read = _read, lambda: current[0]
    try:
        yield advance
    finally:
        _read = previous


def rfc3339(moment: datetime | None) -> str | None:
    """Write a moment as RFC 3339 in UTC with microseconds where it has any, or None for None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
