"""Who is at work in the application just now, as the sockets of all processes keep it.

The presence of the socket endpoint writes these tables into the ephemeral store; what stands here
lets others read them without knowing the endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from enterprise_social.core.ephemeral import ephemeral

DIRECTORY = "presence:processes"
ACTIVE = "active"


def table_of(process: str) -> str:
    """Return under which name a process keeps who is connected to it."""
    return f"presence:{process}"


def active_of(person_ids: Iterable[int]) -> set[int]:
    """Return which of these people have the application in front of them, on any device."""
    store = ephemeral()
    wanted = set(person_ids)
    found: set[int] = set()
    for process in store.get(DIRECTORY) or []:
        table: Any = store.get(table_of(process)) or []
        found |= {int(each) for each, state in table if state == ACTIVE and int(each) in wanted}
    return found
