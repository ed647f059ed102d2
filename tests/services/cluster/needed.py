"""Whether this machine has what a cluster needs."""

from __future__ import annotations

from tests.services import nginx, postgres, redis
from tests.services.missing import missing


def need_services() -> None:
    """Leave the test out where nginx, PostgreSQL or Redis isn't installed; an error in CI."""
    if nginx.program() is None:
        missing("nginx")
    if postgres.binaries() is None:
        missing("PostgreSQL")
    if not redis.available():
        missing("Redis")
